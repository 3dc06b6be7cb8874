import type { WorkspaceChange, WorkspaceFile, WorkspaceSize } from './generated.ts';
import { Held } from './held.ts';
import type { Text } from './memory.ts';

/** Files that models work on, by paths with / between the names. */
export class Workspace extends Held {
  protected override readonly kind = 'workspace';

  /** Takes a file over as it is outside; one that is there already is replaced. Of bytes that are no text only size and hash are kept. */
  load(path: string, bytes: Text): void {
    this.instance.run('qlw_workspace_load', this.handle, path, bytes);
  }

  /** Writes a file, new or not, as an agent does. */
  write(path: string, text: Text): void {
    this.instance.run('qlw_workspace_write', this.handle, path, text);
  }

  /** Throws QL_ERR_NOT_FOUND where there is none. */
  file(path: string): WorkspaceFile {
    return this.instance.json('qlw_workspace_file', this.handle, path) as WorkspaceFile;
  }

  /** What differs from what was loaded, by path. */
  changes(): WorkspaceChange[] {
    return this.instance.json('qlw_workspace_changes', this.handle) as WorkspaceChange[];
  }

  /** A change was written back: outside, the file is now as it is here. */
  saved(path: string): void {
    this.instance.run('qlw_workspace_saved', this.handle, path);
  }

  size(): WorkspaceSize {
    return this.instance.json('qlw_workspace_size', this.handle) as WorkspaceSize;
  }
}
