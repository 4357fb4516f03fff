// Runs before the first paint, so that the wrong theme never flashes; a file of its own, so that the CSP stays 'self'.
const page = document.documentElement;
page.dataset.theme = localStorage.getItem('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
const density = localStorage.getItem('density');
if (density) page.dataset.density = density;
page.classList.add('js');
