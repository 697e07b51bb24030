// Why the hub closes a socket, as WebSocket close codes of our own (RFC 6455 §7.4.2).

export const closeCodes = { forgotten: 4001, replaced: 4002, notUnderstood: 4003 } as const;
