// The log at the edge: one JSON object a line, by the console, which the platform collects.

import type { Log } from '../model/log.ts';
import type { LogLevel } from './config.ts';

function describeError(error: Error): object {
  const { name, message, stack, cause } = error;
  return { type: name, message, stack, ...(cause instanceof Error ? { cause } : {}) };
}

function replaceErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? describeError(value) : value;
}

export function createConsoleLog(level: LogLevel): Log {
  const line = (fields: object, message: string, name: 'info' | 'error'): string =>
    JSON.stringify({ level: name, time: Date.now(), ...fields, message }, replaceErrors);
  return {
    info(fields, message) {
      if (level === 'info') console.log(line(fields, message, 'info'));
    },
    error(fields, message) {
      if (level !== 'silent') console.error(line(fields, message, 'error'));
    },
  };
}
