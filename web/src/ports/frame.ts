const UNSEEN = 250; // a page that is behind draws no frames

/** Resolves before the next frame is drawn; soon, where none is. */
export const nextFrame = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, UNSEEN);
    const frame = requestAnimationFrame(done);
    function done(): void {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      resolve();
    }
  });
