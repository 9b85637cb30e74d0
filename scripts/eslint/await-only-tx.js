/**
 * A write handler may await nothing but its transaction: whatever else it waited for would hold up every write that
 * queues behind it. Inside every function that is given `tx`, an awaited call must be a method of `tx`, or be given `tx`
 * (or something read from it, such as `tx.db`). `run` and `batch` that await without having `tx` are refused too.
 */
const isFunction = (node) =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type)
const takesTx = (fn) => fn.params.some((p) => p.type === 'Identifier' && p.name === 'tx')

/** Name that `run(call, tx) {…}`, `run: async (call, tx) => …` or `function run(…)` gives its function. */
function nameOf(fn) {
  const { parent } = fn
  if (fn.id) return fn.id.name
  if (parent.type === 'Property' || parent.type === 'VariableDeclarator')
    return (parent.key ?? parent.id).name
  return undefined
}

/** The identifier at the left end of `a`, `a.b`, `a.b.c`. */
function rootOf(node) {
  if (node.type === 'Identifier') return node.name
  return node.type === 'MemberExpression' ? rootOf(node.object) : undefined
}

function handlerAround(node) {
  for (let at = node.parent; at; at = at.parent) {
    if (!isFunction(at)) continue
    if (takesTx(at)) return { fn: at, tx: true }
    if (['run', 'batch'].includes(nameOf(at))) return { fn: at, tx: false }
  }
  return undefined
}

/** `const db = tx.db` and `const { db } = tx` make `db` as good as `tx`. */
function namesOf(pattern) {
  if (pattern.type === 'Identifier') return [pattern.name]
  return pattern.type === 'ObjectPattern'
    ? pattern.properties.flatMap((p) => (p.type === 'Property' ? namesOf(p.value) : []))
    : []
}

/** @type {import('eslint').Rule.RuleModule} */
export const awaitOnlyTx = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      notTx: 'Inside the transaction only calls that take `tx` may be awaited; move this to `prepare`.',
      noTx: '`{{name}}` awaits without being given `tx`: only a transaction may be awaited here.',
    },
  },
  create(context) {
    const known = new Set(['tx'])
    const fromTx = (node) => known.has(rootOf(node))
    const mayAwait = (node) =>
      node.type === 'CallExpression' && (fromTx(node.callee) || node.arguments.some((a) => fromTx(a)))
    const check = (node, awaited) => {
      const around = handlerAround(node)
      if (!around) return
      if (!around.tx) context.report({ node, messageId: 'noTx', data: { name: nameOf(around.fn) } })
      else if (!mayAwait(awaited)) context.report({ node, messageId: 'notTx' })
    }
    return {
      VariableDeclarator(node) {
        if (node.init && fromTx(node.init)) for (const name of namesOf(node.id)) known.add(name)
      },
      AwaitExpression: (node) => check(node, node.argument),
      'ForOfStatement[await=true]': (node) => check(node, node.right),
    }
  },
}
