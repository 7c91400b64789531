// Curves of daily series, drawn in SVG: one function, for phones and for the replay.
// lines: [{days, values, colour, faint, dash, wide}]; days from 1; a value may be null. look: {to, form, label, until}.
'use strict';
const SVG = 'http://www.w3.org/2000/svg';
function svgElement(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
function niceStep(span, most) {
  const raw = span / most || 1, power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw);
}
function drawCurves(svg, lines, look) {
  const wide = Math.max(svg.clientWidth || 300, 200), high = Math.max(150, Math.min(260, wide * 0.55)), letter = 14;
  svg.setAttribute('viewBox', `0 0 ${wide} ${high}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', look.label);
  svg.replaceChildren();
  let low = Infinity, top = -Infinity;
  for (const line of lines) for (const value of line.values) if (value !== null) { low = Math.min(low, value); top = Math.max(top, value); }
  if (!(low <= top)) { low = 0; top = 1; }
  const least = look.form === 'share' ? 0.04 : 1; // small changes look small
  if (top - low < least) { const middle = (top + low) / 2; low = middle - least / 2; top = middle + least / 2; }
  const step = niceStep(top - low, 4), from = Math.floor(low / step) * step, to = Math.ceil(top / step) * step;
  const scale = look.form === 'share' ? 100 : 1, mark = look.form === 'share' ? '%' : '';
  let digits = 0;
  while (digits < 3 && Math.abs(step * scale * 10 ** digits - Math.round(step * scale * 10 ** digits)) > 1e-6) digits++;
  const left = 14 + 8 * Math.max(...[from, to].map((one) => ((one * scale).toFixed(digits) + mark).length)), foot = high - 22;
  const X = (day) => left + ((wide - 10 - left) * (day - 1)) / Math.max(look.to - 1, 1);
  const Y = (value) => foot - ((foot - 10) * (value - from)) / (to - from);
  for (let value = from; value <= to + step / 2; value += step) {
    svg.append(svgElement('line', { x1: left, x2: wide - 6, y1: Y(value), y2: Y(value), class: 'grid' }));
    svg.append(svgElement('text', { x: left - 5, y: Y(value) + letter / 3, 'text-anchor': 'end', class: 'tick' }, (value * scale).toFixed(digits) + mark));
  }
  const days = niceStep(look.to, Math.max(2, Math.floor(wide / 90)));
  for (let day = days; day <= look.to; day += days) {
    if (day === Math.round(day)) svg.append(svgElement('text', { x: Math.min(X(day), wide - 16), y: high - 4, 'text-anchor': 'middle', class: 'tick' }, day));
  }
  const until = look.until === undefined ? Infinity : look.until;
  for (const line of [...lines].sort((one, other) => (other.faint ? 1 : 0) - (one.faint ? 1 : 0))) {
    let path = '', pen = false;
    line.values.forEach((value, at) => {
      if (value === null || line.days[at] > until) { pen = pen && value !== null; return; }
      path += `${pen ? 'L' : 'M'}${X(line.days[at]).toFixed(1)} ${Y(value).toFixed(1)}`;
      pen = true;
    });
    const drawn = { d: path, fill: 'none', stroke: line.colour, 'stroke-width': line.faint ? 1.2 : 2.4, 'stroke-linejoin': 'round', 'data-line': line.id };
    if (line.faint) drawn['stroke-opacity'] = 0.4;
    if (line.dash) drawn['stroke-dasharray'] = '6 4';
    svg.append(svgElement('path', drawn));
  }
  if (until < look.to) svg.append(svgElement('line', { x1: X(until), x2: X(until), y1: 8, y2: foot, class: 'now' }));
}
// Elements from plain texts: nothing that somebody typed is ever read as markup.
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((one) => one !== null && one !== undefined));
  return made;
}
function fillIn(text, values) { return text.replace(/{(\w+)}/g, (whole, name) => (name in values ? values[name] : whole)); }
