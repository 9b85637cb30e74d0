/** Every limit both sides agree on. Units are in the names; a change here is a change of the protocol. */
export const limits = {
  accountCharsMin: 4,
  accountCharsMax: 20,
  passwordCharsMin: 8,
  passwordCharsMax: 128,
  /** As code units: signs may be composed of several, and are counted when they are put together. */
  passwordUnitsMax: 512,
  nameCharsMax: 20,
  requestMessageCharsMax: 100,
  messageTextCharsMax: 5_000,
  clientIdCharsMin: 8,
  clientIdCharsMax: 40,
  tokenCharsMax: 1_024,
  /** Greatest number that a challenge hides. */
  challengeNumberMax: 1_000_000,
  challengeLifeMs: 120_000,

  frameInBytesMax: 64 * 1024,
  frameOutBytesMax: 256 * 1024,
  /** So many rows fill a frame, however small they are. */
  frameRowsMax: 8_192,
  jsonDepthMax: 16,
  jsonKeysMax: 512,

  /** Rows of a reset, and of one page of history. */
  windowMessages: 50,
  pageRowsMax: 200,
  pageBytesMax: 192 * 1024,
  /** A gap of more versions than this is answered with a reset. */
  gapVersionsMax: 500,
  headsPageMax: 200,
  profilesPerCallMax: 100,

  helloDeadlineMs: 5_000,
  pingEveryMs: 25_000,
  /** A link on which nothing was heard for this long after a ping is dead. */
  pongWithinMs: 10_000,
  requestTimeoutMs: 15_000,
  /** `sync.wait` answers after this time at the latest; a phone gives it some seconds more. */
  waitMs: 25_000,
  /** Longest wait before each further attempt; the wait is drawn between nothing and this. */
  reconnectMs: [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000],
  /** Header texts appear only after these waits, so that a short blink shows nothing. */
  connectingShownAfterMs: 1_000,
  offlineShownAfterMs: 3_000,

  /** An act older than this is not sent any more; it stays, marked as failed (tooOld). */
  outboxAgeMsMax: 7 * 24 * 3600_000,
  outboxActsMax: 500,
  /** An act that the server breaks on again and again must not hold up its conversation. */
  internalTriesMax: 3,
  /** Longest wait before each further try of an act; the wait is drawn between half of this and this. */
  outboxRetryMs: [1_000, 2_000, 5_000, 10_000, 30_000],
  pullsInFlightMax: 4,
} as const
