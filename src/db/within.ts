// A time limit for what may never answer.

/**
 * The result of the work, unless it takes longer than the time limit.
 * @param refusal makes the error of being late from its cause
 */
export async function within<T>(
  milliseconds: number,
  work: Promise<T>,
  refusal: (cause: unknown) => Error,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fault = new Error(`no answer within ${milliseconds} ms`);
    timer = setTimeout(() => reject(refusal(fault)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
