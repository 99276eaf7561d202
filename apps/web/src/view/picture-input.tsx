import { useState } from 'preact/hooks';
import { Camera } from './camera.tsx';
import { picturesOf } from './files.ts';

interface Props {
  readonly name: string;
  readonly hint: string;
  readonly step: number;
  readonly add: (pictures: readonly { readonly name: string; readonly file: Blob }[]) => void;
  readonly disabled?: boolean;
}

/** A place to drop pictures on, which opens the file dialogue too, and a camera beside it. */
export function PictureInput({ name, hint, step, add, disabled = false }: Props) {
  const [over, setOver] = useState(false);
  const [filming, setFilming] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (!disabled && event.dataTransfer) add(picturesOf(event.dataTransfer.files));
  };
  return (
    <>
      <div
        class={`drop${over ? ' over' : ''}${disabled ? ' disabled' : ''}`}
        onDragOver={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <input
          type="file"
          multiple
          accept="image/*,.heic,.heif"
          aria-label={name}
          disabled={disabled}
          onChange={({ currentTarget }) => {
            add(picturesOf(currentTarget.files ?? []));
            currentTarget.value = '';
          }}
        />
        <span class="drop-words" aria-hidden="true">
          <strong>Choose or drop</strong>
          <span>{hint}</span>
        </span>
      </div>
      {filming ? (
        <Camera
          take={(file) => add([{ name: `camera ${new Date().toLocaleTimeString()}.png`, file }])}
          close={() => setFilming(false)}
        />
      ) : (
        <button
          type="button"
          class="quiet"
          disabled={disabled}
          aria-label={`Camera for step ${step}`}
          onClick={() => setFilming(true)}
        >
          Camera
        </button>
      )}
    </>
  );
}
