import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

type Part<P> = (props: P) => JSX.Element | null;

/**
 * A part that is fetched when it is first shown. Until it is there, and where it cannot be fetched, a sentence stands in its place.
 * @param screen  it is a whole screen: the focus that waited in its place goes to it
 */
export function later<P extends object>(what: string, load: () => Promise<Part<P>>, screen = false): Part<P> {
  let known: Part<P> | null = null;
  return function Later(props: P): JSX.Element | null {
    const [state, setState] = useState<'waits' | 'failed' | 'focus' | 'there'>(known === null ? 'waits' : 'there');
    useEffect(() => {
      if (known !== null) return;
      let gone = false;
      load().then(
        (part) => {
          known = part;
          if (!gone) setState(screen && document.activeElement?.id === 'main' ? 'focus' : 'there');
        },
        () => {
          if (!gone) setState('failed');
        },
      );
      return () => {
        gone = true;
      };
    }, []);
    useEffect(() => {
      const main = state === 'focus' ? document.getElementById('main') : null;
      if (main === null || main.contains(document.activeElement)) return; // somebody was quicker, and is in it already
      main.tabIndex = -1;
      main.focus({ preventScroll: true });
    }, [state]);
    if (known !== null) {
      const Known = known;
      return <Known {...props} />;
    }
    const says =
      state === 'failed' ? (
        <p class={screen ? 'boot' : 'nothing'} role="alert">
          {what} could not be fetched. Reload the page when the network is back.
        </p>
      ) : (
        <p class={screen ? 'boot' : 'nothing'} role="status">
          {what} is being fetched.
        </p>
      );
    return screen ? (
      <main id="main" aria-busy={state === 'waits'}>
        {says}
      </main>
    ) : (
      says
    );
  };
}
