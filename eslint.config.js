import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import { awaitOnlyTx } from './scripts/eslint/await-only-tx.js'

const domains = '{media,accounts,chat,contacts,groups,wallet,desk,admin}'
const tests = ['**/*.test.ts', '**/test-*.ts', 'tests/**', 'bench/**']
const platform = [
  'uni',
  'wx',
  'plus',
  'window',
  'document',
  'navigator',
  'localStorage',
  'process',
  'require',
]
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']
const clocks = ['Date', 'Intl', 'performance']
const noDice = ['error', { object: 'Math', property: 'random', message: 'Dice come through a port.' }]

/** `.skip`, `.only`, `.todo` and `.fails` of vitest: a test runs, or it does not exist. */
const noUnrunTests = ['skip', 'only', 'todo', 'skipIf', 'runIf'].map((word) => ({
  selector: `MemberExpression[object.name=/^(it|test|describe)$/][property.name='${word}']`,
  message: `No ${word}: use describe.each over what is available.`,
}))

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'coverage/', '.tmp/', 'tests/e2e/shots/', 'tests/golden/*.json'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,vue}'],
    extends: [...tseslint.configs.strictTypeChecked, ...vue.configs['flat/recommended'], prettier],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
        parser: tseslint.parser,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `Maybe<T>` of server/db is awaited on both databases, and interfaces that may be slow are async on all adapters.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/await-thenable': 'off',
      // Parts are closures behind interfaces: their methods have no `this` to lose, and `() => void x()` says what it means.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines-per-function': ['error', { max: 70, skipComments: true }],
      eqeqeq: 'error',
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/require-default-prop': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    rules: {
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'prefer-const': 'error',
      'max-lines-per-function': ['error', { max: 70, skipComments: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['protocol/**/*.ts', 'src/engine/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-globals': ['error', ...platform, ...timers, ...clocks],
      'no-restricted-properties': noDice,
    },
  },
  {
    files: ['server/**/*.ts'],
    ignores: tests,
    rules: {
      'no-console': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
    },
  },
  {
    files: [`server/${domains}/**/*.ts`],
    ignores: tests,
    plugins: { tokenim: { rules: { 'await-only-tx': awaitOnlyTx } } },
    rules: {
      'tokenim/await-only-tx': 'error',
      'no-restricted-globals': ['error', 'fetch', 'process', ...timers, ...clocks],
      'no-restricted-properties': noDice,
    },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    ignores: [...tests, 'src/engine/**', 'src/platform/**'],
    rules: {
      'no-restricted-globals': ['error', 'wx', 'plus', 'localStorage', 'process'],
      'no-restricted-properties': [
        'error',
        ...['request', 'connectSocket', 'uploadFile', 'downloadFile', 'getStorageSync', 'setStorageSync'].map(
          (property) => ({ object: 'uni', property, message: 'I/O is made in src/platform.' }),
        ),
      ],
    },
  },
  {
    files: tests,
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': ['error', ...noUnrunTests],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
)
