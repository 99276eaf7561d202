import { useEffect } from 'preact/hooks';
import { addChecks, addGood } from '../actions.ts';
import { model } from '../state.ts';
import { picturesOf } from './files.ts';

/** Pictures that are pasted are good ones until there is a model, and then pictures to check. */
export function usePaste(): void {
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent): void => {
      const pictures = clipboardData ? picturesOf(clipboardData.files) : [];
      if (pictures.length === 0) return;
      if (model.value) addChecks(pictures);
      else void addGood(pictures);
    };
    // A picture dropped beside the places for it would replace the page.
    const keep = (event: Event): void => event.preventDefault();
    document.addEventListener('paste', paste);
    document.addEventListener('dragover', keep);
    document.addEventListener('drop', keep);
    return () => {
      document.removeEventListener('paste', paste);
      document.removeEventListener('dragover', keep);
      document.removeEventListener('drop', keep);
    };
  }, []);
}
