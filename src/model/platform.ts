// The systems that devices have.

export const platforms = ['ios', 'macos', 'windows', 'android', 'linux', 'other'] as const;
export type Platform = (typeof platforms)[number];
