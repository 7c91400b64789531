// The replay of a workshop: the tree and its curves, from the numbers in this file and nothing else.
const DATA = JSON.parse(document.getElementById('data').textContent);
const BRANCHES = DATA.tree.branches, DAYS = DATA.tree.days;
let lang = DATA.lang, measure = 'satisfaction', day = DAYS, first = BRANCHES.length - 1, second = 0, playing = null;
const say = (key, values) => fillIn(DATA.words[lang][key], values || {});
const byId = (id) => document.getElementById(id);
const owner = (branch) => DATA.owners.find((one) => one.name === branch.owner) || { colour: DATA.trunk, dash: true, now: -1 };
const colour = (branch) => (branch.parent === null ? DATA.trunk : owner(branch).colour);
const stands = (branch) => branch.parent === null || DATA.owners.some((one) => one.now === branch.id);
const measured = () => DATA.measures.find((one) => one.name === measure);
const label = (branch) => { const own = DATA.texts[lang][branch.id].label; return branch.parent === null ? own : (branch.owner || say('workshop_host')) + ' · ' + own; };
function shown(value, one, sign) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const share = one.form === 'share', text = (share ? value * 100 : value).toFixed(one.digits);
  return (sign && value > 0 ? '+' : '') + text.replace('-', '−') + (share && !sign ? '%' : '');
}
function draw() {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  document.title = say('replay_title');
  const one = (which, text) => make('button', { type: 'button', lang: which === 'zh' ? 'zh-CN' : 'en', 'data-lang': which, 'aria-pressed': lang === which ? 'true' : 'false', onclick: () => { lang = which; draw(); byId('top').querySelector(`[data-lang=${which}]`).focus(); } }, text);
  byId('top').replaceChildren(make('h1', {}, say('replay_title')), make('div', { role: 'group', 'aria-label': say('join_language'), class: 'row' }, one('zh', '中文'), one('en', 'English')));
  const about = make('section', { class: 'whole' });
  if (DATA.question) about.append(make('h2', {}, DATA.question));
  about.append(make('p', {}, DATA.place[lang]), make('p', {}, say('workshop_budget_is', { most: DATA.budget })), make('p', { class: 'soft' }, say('replay_about') + ' ' + say('workshop_one_run')), make('p', { class: 'soft' }, `Sanfang ${DATA.version} · ${DATA.made}`));
  byId('main').replaceChildren(about, make('section', { id: 'curves', class: 'whole' }), make('section', { id: 'tree', class: 'whole' }), make('section', { id: 'two', class: 'whole' }), make('section', { id: 'all', class: 'whole' }));
  drawCurvesPart();
  drawTree();
  drawTwo();
  drawAll();
}
function chooser(id, text, value, choices, then) {
  const select = make('select', { 'data-field': id, onchange: (event) => then(event.target.value) });
  for (const [key, name] of choices) select.append(make('option', { value: key, selected: key === value }, name));
  return make('label', { class: 'field' }, make('span', { class: 'soft' }, text), select);
}
function drawCurvesPart() {
  const slider = make('input', { type: 'range', min: 1, max: DAYS, value: day, 'data-field': 'day', 'aria-label': say('replay_day'), oninput: (event) => { stop(); day = Number(event.target.value); refresh(); } });
  const button = make('button', { type: 'button', 'data-do': 'play', onclick: () => (playing ? stop() : play()) });
  const legend = make('ul', { class: 'legend' });
  for (const branch of BRANCHES) if (stands(branch)) { const dot = make('span', { class: 'dot' }); dot.style.background = colour(branch); legend.append(make('li', {}, dot, label(branch))); }
  byId('curves').replaceChildren(make('h2', {}, say('replay_curves')),
    make('div', { class: 'row' }, chooser('measure', say('replay_measure'), measure, DATA.measures.map((one) => [one.name, one.label[lang]]), (name) => { measure = name; refresh(); drawAll(); })),
    svgElement('svg', { id: 'chart' }), make('div', { class: 'row' }, button, slider, make('output', { id: 'day' })), legend);
  refresh();
}
function refresh() {
  const one = measured(), days = BRANCHES[0].series ? BRANCHES[0].series[measure].map((_, at) => at + 1) : [];
  const lines = BRANCHES.filter((branch) => branch.series).map((branch) => ({ id: branch.id, days, values: branch.series[measure], colour: colour(branch), dash: branch.parent !== null && owner(branch).dash, faint: !stands(branch) && branch.id !== first && branch.id !== second }));
  drawCurves(byId('chart'), lines, { to: DAYS, form: one.form, until: day, label: one.label[lang] });
  byId('day').textContent = say('replay_day') + ' ' + day;
  byId('curves').querySelector('[data-do=play]').textContent = playing ? say('replay_pause') : say('replay_play');
  const slider = byId('curves').querySelector('[data-field=day]');
  if (Number(slider.value) !== day) slider.value = day;
  if (byId('all').children.length) refreshExact();
}
function play() {
  if (day >= DAYS) day = 1;
  playing = setInterval(() => { day = Math.min(day + Math.max(1, Math.round(DAYS / 120)), DAYS); if (day >= DAYS) stop(); refresh(); }, 80);
  refresh();
}
function stop() { clearInterval(playing); playing = null; if (byId('day')) byId('curves').querySelector('[data-do=play]').textContent = say('replay_play'); }
// As much of a text as has room, at 8 pixels a letter and 15 for a wide one.
function fitting(text, room) {
  let used = 0, shown = '';
  for (const letter of text) {
    used += letter > '\u2e7f' ? 15 : 8;
    if (used > room) return shown + '…';
    shown += letter;
  }
  return shown;
}
function drawTree() {
  const rows = [], visit = (id) => { rows.push(id); for (const one of BRANCHES) if (one.parent === id) visit(one.id); };
  visit(0);
  // Names stand beside their lines; where there is no room beside, as on a phone, above them.
  const wide = byId('tree').clientWidth - 26, narrow = wide < 640, row = narrow ? 48 : 30, beside = narrow ? 20 : 330;
  const high = rows.length * row + 10, X = (at) => 10 + ((wide - beside) * at) / DAYS, Y = (id) => rows.indexOf(id) * row + (narrow ? 40 : 20);
  const svg = svgElement('svg', { viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': say('replay_tree') });
  svg.style.width = wide + 'px'; // a unit is a pixel: letters are as large as those around
  const names = [];
  for (const id of rows) {
    const branch = BRANCHES[id], y = Y(id), x = X(branch.day), from = branch.parent === null ? y : Y(branch.parent);
    svg.append(svgElement('path', { d: `M${x} ${from}C${x + 24} ${from} ${x} ${y} ${x + 24} ${y}L${X(DAYS)} ${y}`, fill: 'none', stroke: colour(branch), 'stroke-width': stands(branch) ? 3 : 1.6, 'stroke-opacity': stands(branch) ? 1 : 0.55 }));
    const name = fitting((stands(branch) && id ? '◉ ' : '') + label(branch), narrow ? wide - 20 : beside - 30);
    names.push(svgElement('text', { x: narrow ? 10 : X(DAYS) + 10, y: narrow ? y - 12 : y + 5, class: 'label' }, name));
  }
  svg.append(...names); // on top of all lines
  byId('tree').replaceChildren(make('h2', {}, say('replay_tree')), make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': say('replay_tree') }, svg));
}
function drawTwo() {
  const choices = BRANCHES.map((one) => [one.id, label(one)]), mine = BRANCHES[first], other = BRANCHES[second];
  const place = byId('two');
  place.replaceChildren(make('h2', {}, say('replay_compare')), make('div', { class: 'row' },
    chooser('first', say('replay_first'), first, choices, (id) => { first = Number(id); drawTwo(); refresh(); byId('two').querySelector('[data-field=first]').focus(); }),
    chooser('second', say('replay_second'), second, choices, (id) => { second = Number(id); drawTwo(); refresh(); byId('two').querySelector('[data-field=second]').focus(); })));
  if (!mine.series || !other.series) { place.append(make('p', { class: 'soft' }, say('replay_not_both'))); return; }
  const heads = [say('replay_measure'), label(mine), label(other), say('replay_difference')].map((text) => make('th', { scope: 'col' }, text));
  const rows = DATA.measures.map((one) => {
    const [a, b] = [mine, other].map((branch) => branch.series[one.name][DAYS - 1]), gap = a - b;
    const better = Number(Math.abs(one.form === 'share' ? gap * 100 : gap).toFixed(one.digits)) === 0 || one.better === null ? '' : (gap > 0) === (one.better === 'higher') ? 'better' : 'worse';
    return make('tr', {}, make('th', { scope: 'row' }, one.label[lang] + (one.unit[lang] ? ` (${one.unit[lang]})` : '')), make('td', { class: 'num' }, shown(a, one)), make('td', { class: 'num' }, shown(b, one)), make('td', { class: 'num ' + better }, shown(gap, one, true)));
  });
  const most = (of, names) => Object.keys(of(mine)).map((key) => [key, of(mine)[key], of(other)[key]]).sort((a, b) => Math.abs(b[1] - b[2]) - Math.abs(a[1] - a[2])).slice(0, 3)
    .map(([key, a, b]) => make('li', {}, say('replay_hours', { what: names[key][lang], mine: Math.round(a).toLocaleString('en'), other: Math.round(b).toLocaleString('en') })));
  place.append(make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': say('replay_compare') }, make('table', {}, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...rows))),
    make('p', { class: 'soft' }, say('replay_books')), make('ul', {}, ...most((one) => one.hours, DATA.headings)));
}
function drawAll() {
  const heads = ['replay_branch', 'replay_moves', 'replay_exact', 'replay_expected', 'replay_came'].map((key) => make('th', { scope: 'col' }, say(key)));
  const lines = (texts) => texts.map((text) => make('div', {}, text));
  const rows = BRANCHES.map((branch) => {
    const words = DATA.texts[lang][branch.id];
    const said = words.rows.filter((row) => row.expected).map((row) => `${row.measure}: ${row.expected}`);
    const came = words.rows.filter((row) => row.outcome).map((row) => make('div', { class: row.verdict }, `${row.measure}: ${row.outcome} ${row.change}`));
    return make('tr', { 'data-branch': branch.id }, make('th', { scope: 'row' }, label(branch)), make('td', {}, ...lines(words.moves.length ? words.moves : [say('replay_none')])), make('td', { class: 'num', 'data-exact': branch.id }),
      make('td', {}, ...lines(said)), make('td', {}, ...came, words.why ? make('p', { class: 'soft' }, words.why) : null));
  });
  byId('all').replaceChildren(make('h2', {}, say('replay_all')), make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': say('replay_all') }, make('table', {}, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...rows))));
  refreshExact();
}
function refreshExact() {
  for (const cell of byId('all').querySelectorAll('[data-exact]')) {
    const series = BRANCHES[Number(cell.dataset.exact)].series, value = series ? series[measure][day - 1] : null;
    cell.textContent = value === null ? '–' : String(value);
  }
}
addEventListener('resize', () => { refresh(); drawTree(); });
draw();
