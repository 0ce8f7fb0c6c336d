// What of the page is cut off. The body of a function that answers a list of words.
const cut = [];
const say = (what, element) => cut.push(`${what}: ${element.className || element.tagName} "${element.textContent.trim().slice(0, 40)}"`);
const root = document.documentElement;
if (root.scrollWidth > window.innerWidth) cut.push(`the page is ${root.scrollWidth} wide`);
const isShown = element => element.checkVisibility() && element.getClientRects().length > 0;
const scrolls = element => {
    for (let up = element.parentElement; up; up = up.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth) return up;
    }
    return null;
};
const words = 'h1, h2, h3, button, a, label, dt, dd, th, td, .btn, .tab, .nav-label, .page-title, .banner, .status, .pill';
for (const element of document.querySelectorAll(words)) {
    if (!isShown(element) || element.closest('.visually-hidden, .skip-link, dialog:not([open])')) continue;
    const box = element.getBoundingClientRect();
    // Words for those who don't see the picture beside them.
    if (box.width <= 2 || box.height <= 2) continue;
    if ((box.right > window.innerWidth + 1 || box.left < -1) && !scrolls(element)) say('beyond the window', element);
    const style = getComputedStyle(element);
    if (element.tagName === 'BUTTON' && element.scrollHeight > element.clientHeight + 1) say('too high for its place', element);
    if (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1 && !element.closest('[title]')) {
        say('does not fit', element);
    }
}
for (const table of document.querySelectorAll('.table-wrap')) {
    if (isShown(table) && table.scrollWidth > table.clientWidth + 1) say('wider than its place', table);
}
return cut;
