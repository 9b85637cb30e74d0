/** Histories of real clients and the check of them: `History`, clients that keep one, and `checkAll`. */
export {
  checkLines,
  nothingBroken,
  type Broken,
  type Logged,
  type Member,
  type Truth,
  type Verdict,
} from './check'
export { hashOf, ticks, type HistoryLine, type ShownRow } from './events'
export { History, readLines, type Sent } from './history'
export { Sender } from './sender'
export { checkAll, readLog, readTruth, type Checked } from './server'
export { Watcher, type WatcherOptions } from './watcher'
