// What this agent calls itself. A test keeps it equal to the package's version.

export const agentVersion = '0.1.0';
