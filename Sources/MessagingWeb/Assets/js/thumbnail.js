// What a file of this machine shows, before the server has it.
/** Puts what a picture shows in place of the sheet that stands for a file. */
export function picture(file, sheet) {
  if (!file.type.startsWith('image/')) return;
  const image = document.createElement('img');
  image.src = URL.createObjectURL(file);
  image.alt = '';
  image.addEventListener('load', () => URL.revokeObjectURL(image.src));
  image.addEventListener('error', () => image.remove());
  sheet.replaceChildren(image);
}
