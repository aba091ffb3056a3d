// The tools: their button opens and closes the sheet. Opening tells the server, so that what is shown is of this moment.
const sheet = () => element.closest('#tools');
const opener = () => document.querySelector('.tools-button');
const isOpen = () => sheet().classList.contains('is-open');
const show = (open) => {
  sheet().classList.toggle('is-open', open);
  document.getElementById('stage').inert = open;
  opener().setAttribute('aria-expanded', String(open));
  if (open) trigger('click');
  (open ? element.querySelector('.close-tools') : opener()).focus();
};
document.addEventListener('click', (event) => {
  if (event.target.closest?.('.tools-button')) show(!isOpen());
  else if (event.target.closest?.('.close-tools, #use-a, #use-b') && isOpen()) show(false);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && isOpen() && !event.isComposing) show(false);
});
