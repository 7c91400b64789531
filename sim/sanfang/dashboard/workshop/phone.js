// The phone of a team: levers within a budget, a prediction, and the team's own branches. It asks the server every two
// seconds whether something is new. The token is in a cookie that no script can read.
const DATA = JSON.parse(document.getElementById('data').textContent);
const STEP = 0.25, ASK = 2000;
let lang = DATA.lang, state = null, parent = 0, day = 0, levels = {}, foreseen = {}, open = { resources: true }, told = {}, said = null, naming = null, busy = false, failed = 0;
// The secret of the link in the picture on the screen; a fragment is sent to no server by itself.
let link = /^#[\w-]{22}$/.test(location.hash) ? location.hash.slice(1) : '';

const say = (key, values) => fillIn(DATA.words[lang][key], values || {});
const byId = (id) => document.getElementById(id);
function tell(problem) { said = problem; byId('said').textContent = problem ? problem[lang] || problem : ''; }

async function ask(path, body) {
  const wanted = body === undefined ? { cache: 'no-store' } : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch('/join/' + path, wanted);
  const found = await answer.json();
  return { status: answer.status, found };
}
async function send(path, body, then) {
  if (busy) return;
  busy = true;
  tell(null);
  try {
    const { status, found } = await ask(path, body);
    if (status !== 200) { tell(found.error); if (status === 401) { state = null; draw(); } if (status === 403 && body.link) { link = ''; draw(); } return; }
    if (then) then();
    take(found);
  } catch (problem) { tell({ zh: DATA.words.zh.join_lost, en: DATA.words.en.join_lost }); } finally { busy = false; }
}
function take(found) {
  if (!found || found.version === undefined) return;
  if (found.team === undefined) return; // nothing is new
  const before = state;
  state = found;
  if (parent !== 0 && !state.branches.some((one) => one.id === parent)) { parent = 0; day = 0; }
  if (!before) { draw(); byId('main').focus(); } else { drawTop(); drawBranches(); drawForm(false); }
}
async function look() {
  try {
    const { status, found } = await ask('state?since=' + (state ? state.version : 0));
    if (failed && said) tell(null);
    failed = 0;
    if (status === 200 && !found.out) take(found);
    else if (found.out && state) { state = null; tell(found.error); draw(); }
  } catch (problem) {
    failed++;
    if (failed > 1) tell({ zh: DATA.words.zh.join_lost, en: DATA.words.en.join_lost });
  }
  setTimeout(look, ASK * Math.min(1 + failed, 8) * (0.8 + Math.random() * 0.4)); // a room does not ask in one beat
}

// --- What is pulled ---
function before(id, on) {
  const now = { ...state.base }, branch = state.branches.find((one) => one.id === id);
  for (const [moved, lever, level] of branch ? branch.moves : []) if (moved < on) now[lever] = level;
  return now;
}
function level(name) { return name in levels ? levels[name] : before(parent, day)[name] || 0; }
function pulled() {
  const now = before(parent, day);
  let sum = 0;
  for (const name of Object.keys(now)) sum += Math.max((name in levels ? levels[name] : now[name] || 0) - (state.base[name] || 0), 0);
  return Math.round(sum * 100) / 100;
}
function ready() {
  const now = before(parent, day);
  return state.ready && Object.keys(levels).some((name) => levels[name] !== (now[name] || 0)) && pulled() <= state.budget
    && state.headlines.every((name) => foreseen[name]) && !state.branches.some((one) => one.state === 'playing' || one.state === 'waiting');
}

// --- Drawing ---
function languages() {
  const one = (which, label) => make('button', { type: 'button', lang: which === 'zh' ? 'zh-CN' : 'en', 'aria-pressed': lang === which ? 'true' : 'false', 'data-lang': which, onclick: () => { lang = which; draw(); } }, label);
  return make('div', { role: 'group', 'aria-label': say('join_language'), class: 'row' }, one('zh', '中文'), one('en', 'English'));
}
function draw() {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  document.title = say('join_title');
  tell(said);
  drawTop();
  if (!state) { drawEntry(); return; }
  const leave = make('button', { type: 'button', 'data-do': 'leave', onclick: () => send('leave', {}, () => { state = null; levels = {}; foreseen = {}; draw(); }) }, say('join_leave'));
  byId('main').replaceChildren(make('section', { id: 'about', class: 'stack' }), make('form', { id: 'form', class: 'card stack' }), make('section', { id: 'branches', class: 'stack' }), make('div', { class: 'row' }, leave));
  byId('form').addEventListener('submit', (event) => { event.preventDefault(); play(); });
  const about = byId('about');
  if (state.question) about.append(make('h2', {}, state.question));
  about.append(make('p', { class: 'soft' }, state.texts[lang].place), make('p', {}, say('workshop_budget_is', { most: state.budget })));
  drawForm(true);
  drawBranches();
}
function drawTop() {
  const top = byId('top');
  if (!state) { top.replaceChildren(make('h1', {}, say('join_title')), languages()); return; }
  const dot = make('span', { class: 'dot' });
  dot.style.background = state.team.colour;
  const used = pulled(), over = used > state.budget;
  top.replaceChildren(
    make('h1', { 'data-show': 'team' }, dot, state.team.name),
    make('b', { 'data-show': 'budget', class: over ? 'over' : '', role: 'status' }, say('join_budget', { used, most: state.budget }) + (over ? ' · ' + say('join_over') : '')),
    languages());
}
function drawEntry() {
  const code = make('input', { type: 'text', id: 'code', class: 'big', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 12, required: true });
  const typed = told.team || '', team = make('input', { type: 'text', id: 'team', autocomplete: 'off', maxlength: 24, required: true, value: typed, oninput: (event) => { told.team = event.target.value; } });
  const shown = () => (link ? { link } : { code: code.value });
  const form = make('form', { class: 'card stack', onsubmit: (event) => { event.preventDefault(); send('enter', { ...shown(), team: team.value }); } },
    link ? null : make('label', { class: 'field', for: 'code' }, make('span', {}, say('join_code')), code),
    make('label', { class: 'field', for: 'team' }, make('span', {}, say('join_team')), team),
    make('button', { type: 'submit', class: 'primary', 'data-do': 'enter' }, say('join_enter')));
  byId('main').replaceChildren(form);
}
// The form is drawn anew only where its choices change: nobody loses the slider that is being pulled.
function drawForm(anew) {
  const shape = JSON.stringify([lang, parent, day, state.branches.map((one) => [one.id, one.name])]);
  if (anew || told.shape !== shape) { told.shape = shape; buildForm(); }
  refreshForm();
}
const daysToLeave = () => [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75].map((share) => Math.round(state.days * share));
// Later than the moves of the branch itself, which would be dropped otherwise.
function firstDayAfter(id) {
  if (id === 0) return 0;
  const own = state.branches.find((one) => one.id === id).moves.map((move) => move[0]);
  return daysToLeave().find((at) => at > Math.max(...own)) ?? daysToLeave().at(-1);
}
function buildForm() {
  const starts = [[0, say('workshop_trunk')], ...state.branches.map((one) => [one.id, state.texts[lang].branches[one.id].label])];
  const from = make('select', { 'data-field': 'parent', onchange: (event) => { parent = Number(event.target.value); levels = {}; day = firstDayAfter(parent); drawForm(true); drawTop(); } });
  for (const [id, label] of starts) from.append(make('option', { value: id, selected: id === parent }, label));
  const on = make('select', { 'data-field': 'day', onchange: (event) => { day = Number(event.target.value); levels = {}; drawForm(true); drawTop(); } });
  for (const at of daysToLeave()) {
    on.append(make('option', { value: at, selected: at === day }, at));
  }
  const groups = state.levers[lang].map((group) => {
    const rows = group.levers.map((lever) => {
      const shown = make('output', { 'data-level': lever.name }), help = make('p', { id: 'help-' + lever.name, hidden: true }, lever.help);
      const slider = make('input', { type: 'range', min: 0, max: 1, step: STEP, id: 'lever-' + lever.name, 'data-lever': lever.name, disabled: lever.level === null,
        oninput: (event) => { levels[lever.name] = Number(event.target.value); refreshForm(); drawTop(); } });
      const about = make('button', { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'help-' + lever.name, 'aria-label': say('join_about') + ': ' + lever.label,
        onclick: (event) => { help.hidden = !help.hidden; event.currentTarget.setAttribute('aria-expanded', String(!help.hidden)); } }, '?');
      return make('div', { class: 'lever' }, make('label', { class: 'name', for: 'lever-' + lever.name }, make('span', {}, lever.label), shown), make('div', { class: 'pull' }, slider, about), help);
    });
    return make('details', { open: open[group.id], 'data-group': group.id, ontoggle: (event) => { open[group.id] = event.currentTarget.open; } },
      make('summary', {}, group.label, make('span', { class: 'badge', 'data-badge': group.id, hidden: true })), ...rows);
  });
  const predictions = state.headlines.map((name) => make('fieldset', {}, make('legend', {}, state.texts[lang].measures[name].label),
    make('div', { class: 'choice' }, ...['better', 'same', 'worse'].map((word) => make('label', {},
      make('input', { type: 'radio', name: 'expect-' + name, value: word, checked: foreseen[name] === word, 'data-expect': name + '-' + word, onchange: () => { foreseen[name] = word; refreshForm(); } }),
      make('span', {}, say('workshop_' + word)))))));
  const called = make('input', { type: 'text', 'data-field': 'name', maxlength: 40, autocomplete: 'off', value: told.name || '', oninput: (event) => { told.name = event.target.value; } });
  byId('form').replaceChildren(
    make('h2', {}, say('join_levers')),
    make('div', { class: 'two' }, make('label', { class: 'field' }, make('span', {}, say('join_from')), from), make('label', { class: 'field' }, make('span', {}, say('join_day')), on)),
    make('div', {}, ...groups), make('h2', {}, say('join_predict')), ...predictions,
    make('label', { class: 'field' }, make('span', {}, say('join_name')), called),
    make('button', { type: 'submit', class: 'primary', 'data-do': 'play' }, say('join_play')));
}
function refreshForm() {
  for (const slider of byId('form').querySelectorAll('[data-lever]')) {
    const now = level(slider.dataset.lever);
    if (Number(slider.value) !== now) slider.value = now;
    slider.setAttribute('aria-valuetext', Math.round(now * 100) + '%');
    byId('form').querySelector(`[data-level="${slider.dataset.lever}"]`).textContent = Math.round(now * 100) + '%';
  }
  for (const group of state.levers[lang]) {
    const count = group.levers.filter((one) => level(one.name) > (state.base[one.name] || 0)).length, badge = byId('form').querySelector(`[data-badge="${group.id}"]`);
    badge.hidden = !count;
    badge.textContent = count || '';
  }
  byId('form').querySelector('[data-do=play]').disabled = !ready();
}
function play() {
  if (!ready()) return;
  const order = { action: 'play', parent, day, levels, expected: foreseen, name: told.name || '' };
  send('act', order, () => { levels = {}; foreseen = {}; told = {}; });
}
function drawBranches() {
  const place = byId('branches'), words = state.texts[lang];
  if (naming !== null && place.contains(document.activeElement)) return; // somebody types a name
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const walk = (action, can) => make('button', { type: 'button', 'data-do': action, 'data-key': action, disabled: !can, onclick: () => send('act', { action }) }, say('join_' + action));
  place.replaceChildren(make('h2', {}, say('join_branches')), make('div', { class: 'row' }, walk('undo', state.undo), walk('redo', state.redo)));
  if (!state.branches.length) place.append(make('p', { class: 'soft' }, say('join_none')));
  for (const name of state.headlines) place.append(curve(name));
  for (const branch of [...state.branches].reverse()) place.append(oneBranch(branch, words.branches[branch.id]));
  if (state.branches.some((one) => one.state === 'played')) place.append(make('p', { class: 'soft' }, say('workshop_one_run')));
  for (const svg of place.querySelectorAll('svg')) drawInto(svg);
  if (focused) { const again = place.querySelector(`[data-key="${focused}"]`); if (again) again.focus(); }
}
function curve(name) {
  const measure = state.texts[lang].measures[name];
  return make('figure', { hidden: !state.lines[name].lines.length }, make('figcaption', {}, measure.label, make('span', { class: 'soft' }, measure.unit ? ' ' + measure.unit : '')), svgElement('svg', { class: 'curve', 'data-curve': name }));
}
function drawInto(svg) {
  const name = svg.dataset.curve, lines = state.lines[name].lines.map((line) => ({ id: line.id, days: line.values[0], values: line.values[1], colour: line.id ? state.team.colour : '#6F7A86', faint: line.id !== 0 && line.id !== state.now }));
  drawCurves(svg, lines, { to: state.days, form: state.lines[name].form, label: state.texts[lang].measures[name].label });
}
function oneBranch(branch, words) {
  const here = branch.id === state.now;
  const shown = make('div', { class: 'branch' + (here ? ' here' : ''), 'data-branch': branch.id, 'data-state': branch.state },
    make('div', { class: 'row' }, make('h3', {}, words.label), make('span', { class: 'soft' }, words.state + (here ? ' · ' + say('join_here') : '') + ' · ' + say('workshop_doses', { doses: branch.doses }))),
    make('ul', {}, ...words.moves.map((text) => make('li', {}, text))));
  if (branch.state === 'played') {
    const heads = ['join_measure', 'join_expected', 'join_outcome'].map((key) => make('th', { scope: 'col' }, say(key)));
    const rows = words.rows.map((row) => make('tr', {}, make('th', { scope: 'row' }, row.measure),
      make('td', {}, row.expected), make('td', {}, make('span', { class: row.verdict }, row.outcome), ` ${row.change} (${row.value})`,
        make('div', {}, row.right === null ? '' : (row.right ? '✓ ' + say('join_right') : '✗ ' + say('join_wrong'))))));
    shown.append(make('table', {}, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...rows)), make('p', { class: 'soft' }, words.why));
  }
  if (naming === branch.id) {
    const field = make('input', { type: 'text', maxlength: 40, value: branch.name, 'aria-label': say('join_rename'), 'data-key': 'naming' });
    shown.append(make('form', { class: 'row', onsubmit: (event) => { event.preventDefault(); naming = null; field.blur(); send('act', { action: 'name', branch: branch.id, name: field.value }); drawBranches(); } }, field, make('button', { type: 'submit' }, say('join_rename'))));
    setTimeout(() => field.focus(), 0);
  } else {
    shown.append(make('div', {}, make('button', { type: 'button', 'data-do': 'rename', 'data-key': 'rename-' + branch.id, 'aria-label': say('join_rename') + ': ' + words.label, onclick: () => { document.activeElement.blur(); naming = branch.id; drawBranches(); } }, say('join_rename'))));
  }
  return shown;
}
addEventListener('resize', () => { if (state) for (const svg of document.querySelectorAll('svg.curve')) drawInto(svg); });
draw();
look();
