import type { JSX } from 'preact';
import type { App } from '../app/app.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { Blank, Verdicts } from '../parts/parts.tsx';
import { download } from '../ports/files.ts';

/** Why there is no quest on this screen: it is being read, it is not here, or it cannot be shown. */
export function TroubleScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { trouble } = state;
  const toLibrary = (
    <a class="btn" href={href({ screen: 'library' })}>
      Open the library
    </a>
  );
  if (trouble === null) {
    return (
      <main id="main" aria-busy="true">
        <p class="boot" role="status">
          Reading the quest.
        </p>
      </main>
    );
  }
  switch (trouble.kind) {
    case 'missing':
      return (
        <main id="main">
          <Blank icon="quest" title="This quest is not in this browser" acts={toLibrary}>
            It was deleted, or it lives in another browser. Open its link or its .quest file to see it here.
          </Blank>
        </main>
      );
    case 'storage':
    case 'failed':
      return (
        <main id="main">
          <Blank
            icon="fail"
            title="The quest stopped here"
            acts={
              <>
                <button class="btn primary" type="button" onClick={() => app.drive.reopen()}>
                  Open it again
                </button>
                {toLibrary}
              </>
            }
          >
            {trouble.message} Every event that was shown is stored; nothing of it is lost.
          </Blank>
        </main>
      );
    case 'broken':
      return (
        <main id="main">
          <Blank
            icon="fail"
            title="This log does not verify"
            acts={
              <>
                <button class="btn" type="button" onClick={() => download('broken.quest', trouble.log)}>
                  Save the log
                </button>
                {toLibrary}
              </>
            }
          >
            It is not run. You can save it as it is, to find out what happened to it.
          </Blank>
          <div class="blank verdict-box">
            <Verdicts verdict={trouble.verdict} />
          </div>
        </main>
      );
  }
}
