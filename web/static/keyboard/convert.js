// Converts pinyin without tones or gaps into Chinese: the likeliest way through all words that its letters may spell.
// A hundred of cost is a factor of e**10 in likelihood. Nothing that is typed is kept.

const LONGEST = 40; // letters of a word
const KEPT = 3; // ways to each place
const UNFINISHED = 25; // what it costs to take a syllable's beginning for the syllable
const SHORTENED = 5; // words that first letters stand for
const OFFERED = 60;
const REMEMBERED = 3000;

// ``language`` is the language's words as tests/language.py writes them, ``site`` the site's own: {cost: "word word"}.
export function converter(language, site) {
  const letters = language.letters.split(" ");
  const words = language.words.split("\n");
  const initials = new Map(Object.entries(language.initials)); // first letters → words
  const usual = new Map(); // character → its commonest reading
  const syllables = Object.keys(language.usual).sort();
  Object.entries(language.usual).forEach(([reading, characters]) => Array.from(characters).forEach((each) => usual.set(each, reading)));
  const own = new Map(); // letters → [{word, cost}]
  const shortened = new Map(); // first letters → words
  const looked = new Map();
  const begun = new Map();

  function syllablesOf(word) {
    const found = [];
    for (let at = 0; at < word.length;) {
      let size = Math.min(word.length - at, 8);
      while (size > 1 && !language.special[word.substr(at, size)]) size -= 1;
      const reading = size > 1 ? language.special[word.substr(at, size)] : usual.get(word[at]);
      if (!reading) return null;
      found.push(...reading.split("'"));
      at += size;
    }
    return found;
  }

  Object.entries(site).forEach(([cost, all]) => all.split(" ").forEach((word) => {
    const read = syllablesOf(word);
    if (!read) return;
    [[own, read.join(""), { word, cost: Number(cost) }], [shortened, read.map((each) => each[0]).join(""), word]].forEach(([map, key, entry]) => {
      if (map.has(key)) map.get(key).push(entry);
      else map.set(key, [entry]);
    });
  }));
  const completed = Array.from(own.keys()).sort();

  // Most of what a key asks for, the key before has asked for.
  function kept(map, key, find) {
    if (map.size > REMEMBERED) map.clear();
    if (!map.has(key)) map.set(key, find(key));
    return map.get(key);
  }

  const spelt = (key) => kept(looked, key, look);
  const unfinished = (typed, start) => kept(begun, typed.slice(start), complete);

  // The words of the site and of the language that are spelt so, the likeliest first.
  function look(key) {
    const at = lowest(letters, key);
    const mine = own.get(key) || [];
    if (letters[at] !== key) return mine;
    const common = words[at].split(" ").map((each) => {
      const digits = each.search(/\d/);
      return { word: each.slice(0, digits), cost: Number(each.slice(digits)) };
    });
    if (!mine.length) return common;
    const cheaper = new Map(common.map((each) => [each.word, each]));
    mine.forEach((each) => {
      if (!cheaper.has(each.word) || cheaper.get(each.word).cost > each.cost) cheaper.set(each.word, each);
    });
    return Array.from(cheaper.values()).sort((one, other) => one.cost - other.cost);
  }

  function wordsAt(typed, start, end, marks) {
    const found = spelt(typed.slice(start, end));
    // An apostrophe parts syllables, and a word has a character for each.
    const parts = marks.filter((mark) => mark > start && mark < end).length + 1;
    return parts > 1 ? found.filter((entry) => entry.word.length >= parts) : found;
  }

  // Words whose last syllable isn't finished yet.
  function complete(typed) {
    const found = [];
    for (let last = Math.max(0, typed.length - 5); last < typed.length; last += 1) {
      const rest = typed.slice(last);
      const before = typed.slice(0, last);
      for (let at = lowest(syllables, rest); at < syllables.length && syllables[at].startsWith(rest); at += 1) {
        // Looked up once, so not kept.
        const entry = syllables[at] !== rest && look(before + syllables[at])[0];
        if (entry) found.push({ word: entry.word, cost: entry.cost + UNFINISHED });
      }
    }
    return found.sort((one, other) => one.cost - other.cost).slice(0, KEPT);
  }

  function lowest(list, text) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // The likeliest texts up to each place.
  function waysThrough(typed, marks) {
    const ways = [[{ text: "", cost: 0 }]];
    const extend = (start, entries) => ways[start].flatMap((way) =>
      entries.slice(0, KEPT).map((entry) => ({ text: way.text + entry.word, cost: way.cost + entry.cost })));
    const best = (found) => {
      const seen = new Set();
      return found.sort((one, other) => one.cost - other.cost)
        .filter((way) => !seen.has(way.text) && seen.add(way.text)).slice(0, KEPT);
    };
    for (let end = 1; end <= typed.length; end += 1) {
      const found = [];
      for (let start = Math.max(0, end - LONGEST); start < end; start += 1) {
        if (ways[start].length) found.push(...extend(start, wordsAt(typed, start, end, marks)));
      }
      ways.push(best(found));
    }
    const end = typed.length;
    if (!ways[end].length) {
      const found = [];
      for (let start = Math.max(0, end - LONGEST); start < end; start += 1) {
        if (ways[start].length) found.push(...extend(start, unfinished(typed, start)));
      }
      ways[end] = best(found);
    }
    return ways;
  }

  // Whether the rest from each place on can be read.
  function readable(typed, marks) {
    const end = typed.length;
    const can = Array(end + 1).fill(false);
    can[end] = true;
    for (let start = end - 1; start >= 0; start -= 1) {
      can[start] = unfinished(typed, start).length > 0;
      for (let to = start + 1; !can[start] && to <= end; to += 1) can[start] = can[to] && wordsAt(typed, start, to, marks).length > 0;
    }
    return can;
  }

  // Return what letters may mean, the likeliest first, each with how many of the typed characters it stands for.
  function candidates(entered) {
    const marks = [];
    let typed = "";
    const places = [0]; // how many typed characters so many letters are
    Array.from(entered).forEach((each, at) => {
      if (each === "'") {
        if (typed) marks.push(typed.length);
      } else typed += each;
      places[typed.length] = at + 1;
    });
    const found = new Map();
    const offer = (text, size) => { if (text && !found.has(text)) found.set(text, { text, size: places[size] }); };
    const ways = waysThrough(typed, marks);
    let whole = typed.length;
    while (whole && !ways[whole].length) whole -= 1;
    const first = [...(shortened.get(typed) || []), ...(initials.get(typed) || "").split(" ").filter(Boolean)].slice(0, SHORTENED);
    if (whole < typed.length) first.forEach((word) => offer(word, typed.length));
    ways[whole].slice(0, 1).forEach((way) => offer(way.text, whole));
    if (typed.length > 3 && !marks.length) {
      const longer = completed.slice(lowest(completed, typed), lowest(completed, `${typed}~`));
      longer.sort((one, other) => one.length - other.length).slice(0, 2).forEach((each) => offer(own.get(each)[0].word, typed.length));
    }
    ways[whole].forEach((way) => offer(way.text, whole));
    first.forEach((word) => offer(word, typed.length));
    const can = readable(typed.slice(0, whole), marks);
    for (let end = whole; end > 0 && found.size < OFFERED; end -= 1) {
      if (can[end]) wordsAt(typed, 0, end, marks).forEach((entry) => offer(entry.word, end));
    }
    unfinished(typed.slice(0, whole), 0).forEach((entry) => offer(entry.word, whole));
    return Array.from(found.values()).slice(0, OFFERED);
  }

  return candidates;
}
