// Settings of every plane that is held to the contract.

export const contractSettings = {
  SALLYPORT_SIGN_UP: 'open',
  /** The identity provider of a test is on this machine. */
  SALLYPORT_OUTBOUND_PRIVATE: 'allow',
};
