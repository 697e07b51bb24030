// What Vite takes in beside code.

declare module '*.css';
