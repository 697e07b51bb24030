// Every bound of the agent, with its unit in its name. What it shares with the control plane is in
// the model.

export const agentLimits = {
  requestMilliseconds: 15_000,
  replyBytes: 64 * 1024,
  backoffFirstMilliseconds: 1000,
  backoffMostMilliseconds: 60_000,
  /** Longer than that nobody is told to wait who has a machine to look after. */
  retryAfterMostMilliseconds: 300_000,
  /** A control plane that is being restarted just then is no reason to roll back. */
  selfTestAttempts: 3,
  selfTestPauseMilliseconds: 2000,
  clockToleranceMilliseconds: 60_000,
  tokenRenewSeconds: 60,
  commandMilliseconds: 20_000,
  /** `wg show dump` of the most peers there may be. */
  commandOutputBytes: 32 * 1024 * 1024,
  peersPerCommand: 256,
  /** From here on one `wg syncconf` is cheaper than many `wg set`. */
  peersByCommand: 64,
  conntrackFlushes: 64,
  journalLines: 1000,
  counterLines: 256,
  receiptsKept: 60_000,
  /** On a gateway with more, the last minute of a device that is cut goes uncounted. */
  lastWordsPeers: 1000,
  /** Least time between two questions that were answered with nothing. */
  turnLeastMilliseconds: 1000,
  /** A session without a handshake for longer is dead by WireGuard's own rules. */
  onlineSeconds: 180,
  reportMilliseconds: 60_000,
  /** A report that waits for less is slept for: to watch meanwhile takes a second at least. */
  reportHeldLeastMilliseconds: 250,
  reconcileMilliseconds: 600_000,
  socketMessageBytes: 1024,
  /** Whoever says more in a minute without saying anything new is not a control plane. */
  socketMessagesPerWait: 1000,
  socketPingMilliseconds: 45_000,
  /** From the opening to the first message, and from a ping to its answer. */
  socketAnswerMilliseconds: 15_000,
  /** How long to wait by plain HTTP while a socket is being opened. */
  socketOpeningWaitSeconds: 5,
  /** How long a lost notice can go unnoticed. */
  socketPollMilliseconds: 300_000,
  socketBackoffFirstMilliseconds: 1000,
  socketBackoffMostMilliseconds: 600_000,
  /** strongSwan's own bound, VICI_MESSAGE_SIZE_MAX. */
  viciPacketBytes: 512 * 1024,
  viciDepth: 8,
  /** An association is one packet. */
  viciPacketsPerAnswer: 100_000,
  /** From a question to the first packet of its answer, and from each to the next. */
  viciMilliseconds: 4000,
  /** Of a `swanctl --load-…`; a list of 10,000 revoked certificates takes well under a second. */
  loadMilliseconds: 10_000,
  ikev2LookMilliseconds: 60_000,
  ikev2BackoffFirstMilliseconds: 2000,
  /** How long charon is left alone after it was started anew. */
  charonRestartLeastMilliseconds: 30_000,
  /** So often it may let a question unanswered before it is started anew. */
  charonSilences: 3,
  certificateAgainMilliseconds: 3_600_000,
  revocationsEveryMilliseconds: 24 * 3_600_000,
  revocationsBytes: 8 * 1024 * 1024,
} as const;
