import { notice, openModel, packModel } from '../actions.ts';
import { model, phase } from '../state.ts';
import { download, modelFiles, zipOf } from './files.ts';

/** The model as a file, and models of the command line. */
export function ModelFiles() {
  const busy = phase.value === 'learning' || phase.value === 'starting';
  const open = async (files: FileList | null): Promise<void> => {
    if (!files || files.length === 0) return;
    try {
      const found = await modelFiles([...files]);
      if (found.has('config.json')) openModel(found);
      else
        notice(
          'there is no config.json among these files: name a folder that "fsad train" wrote, or its zip',
        );
    } catch (error) {
      notice(`the model cannot be read: ${(error as Error).message}`);
    }
  };
  const save = async (): Promise<void> =>
    download(zipOf(await packModel()), 'fsad-model.zip', 'application/zip');
  return (
    <details class="files">
      <summary>Model files</summary>
      <p>The same folder as the command line’s, both ways.</p>
      <button type="button" class="quiet" disabled={!model.value || busy} onClick={() => void save()}>
        Download model
      </button>
      <label>
        Model folder
        <input
          type="file"
          disabled={busy}
          ref={(input) => input?.setAttribute('webkitdirectory', '')}
          onChange={({ currentTarget }) => void open(currentTarget.files)}
        />
      </label>
      <label>
        Model as zip
        <input
          type="file"
          accept=".zip"
          disabled={busy}
          onChange={({ currentTarget }) => void open(currentTarget.files)}
        />
      </label>
    </details>
  );
}
