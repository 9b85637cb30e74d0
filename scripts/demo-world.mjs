/** The people of the demo and what they said to each other. */
export const people = [
  { account: 'xiaoming', name: '陈晓明' },
  { account: 'lina', name: '李娜' },
  { account: 'wangwei', name: '王伟' },
  { account: 'alice', name: 'Alice Green' },
  { account: 'zoek', name: 'Zoë Keller' },
  { account: 'ouyang', name: '欧阳静' },
]

/** `unread`: how many of the last messages the other side has not seen. */
export const chats = [
  {
    between: ['wangwei', 'zoek'],
    hello: 'Hi Zoë, 我是产品组的王伟',
    said: [
      ['wangwei', 'Hi Zoë! Are the slides ready?'],
      ['zoek', 'Nearly, the last page is missing. Tonight?'],
      ['wangwei', 'Perfect 👍'],
    ],
    unread: 0,
  },
  {
    between: ['lina', 'alice'],
    hello: '我是李娜',
    said: [
      ['lina', '周五一起吃饭吗？'],
      ['alice', '好呀，老地方？'],
      ['lina', '七点，我订位 😄'],
    ],
    unread: 1,
  },
  {
    between: ['wangwei', 'xiaoming'],
    hello: '产品组王伟',
    said: [
      ['wangwei', '晓明，接口文档更新了'],
      ['xiaoming', '收到，我下午看'],
      ['wangwei', '有一处字段改名了，注意一下'],
      ['xiaoming', '好的，谢谢提醒 🙏'],
    ],
    unread: 0,
  },
  {
    between: ['alice', 'xiaoming'],
    hello: 'Hi, Alice here. We met at the meetup.',
    said: [
      ['alice', 'Hey! Did you try the new build?'],
      ['xiaoming', 'Yes, it starts in two seconds now 🚀'],
      ['alice', 'Great. And offline?'],
      [
        'xiaoming',
        'Switched the line off, typed three messages, switched it on: all three arrived, in order.',
      ],
      ['alice', 'That is what I wanted to hear 😄'],
      ['alice', 'Could you show it on Friday?'],
    ],
    unread: 2,
  },
  {
    between: ['lina', 'xiaoming'],
    hello: '你好，我是李娜，上次活动加的好友',
    said: [
      ['lina', '在吗？周六爬山你来不来？'],
      ['xiaoming', '来！几点集合？'],
      ['lina', '早上八点，地铁西山站 A 口'],
      ['xiaoming', '好，我带水和面包'],
      ['lina', '太好了 👍'],
      ['lina', '天气预报说周六晴，记得防晒 ☀️'],
      ['lina', '对了，王伟也来'],
    ],
    unread: 3,
  },
]

/** Requests that nobody has answered yet. */
export const requests = [
  { from: 'ouyang', to: 'xiaoming', message: '你好，我是欧阳静，隔壁组的新同事' },
  { from: 'zoek', to: 'alice', message: 'Hi Alice, Wei gave me your name.' },
]
