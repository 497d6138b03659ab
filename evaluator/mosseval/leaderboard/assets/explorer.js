"use strict";
addEventListener("DOMContentLoaded", () => {
  const PER_PAGE = 24;
  const FEW = 3; // models up to which answers stand whole
  const BRIEF = 360; // characters around what decided, where there are more models
  const AT_ONCE = 6;
  const FIELDS = ["group", "run", "kind", "words"];
  const { stem, shards, runs, kinds, samples } = JSON.parse(document.getElementById("index").textContent);
  const form = document.getElementById("filter");
  const cards = document.getElementById("cards");
  const pages = document.getElementById("pages");
  const told = form.querySelector("output");
  const fold = cards.closest("details");
  const state = { group: "", run: "", kind: "", words: "", answers: false, sample: "", page: 1 };
  let turn = 0;

  // Shards: scripts that call mossevalShard, each added once.
  const waiting = new Map();
  const loaded = new Map();
  globalThis.mossevalShard = (number, held) => waiting.get(number)?.(held);
  const shard = (number) => {
    if (!loaded.has(number)) {
      loaded.set(number, new Promise((resolve, reject) => {
        waiting.set(number, resolve);
        const script = document.createElement("script");
        script.src = `${stem}/${number}.js`;
        script.onerror = () => { loaded.delete(number); reject(new Error(`${stem}/${number}.js cannot be loaded`)); };
        document.head.append(script);
      }));
    }
    return loaded.get(number);
  };
  const starts = new Map();
  samples.forEach(([, , , , number], place) => { if (!starts.has(number)) starts.set(number, place); });
  const held = async (place) => {
    const number = samples[place][4];
    return (await shard(number))[place - starts.get(number)];
  };

  // Every text becomes a text node; nothing here reads markup.
  const make = (tag, look, ...inside) => {
    const made = document.createElement(tag);
    if (look) made.className = look;
    made.append(...inside);
    return made;
  };
  const badge = (kind) => make("span", `badge ${kinds[kind][0]}`, kinds[kind][1]);
  const picture = (found) => {
    const place = make("div", "picture");
    if (found?.url) {
      const image = make("img");
      Object.assign(image, { src: found.url, width: found.width, height: found.height, alt: found.description || "The sample’s picture" });
      place.append(image);
    } else {
      const why = make("span", "", found ? found.why : "asked without a picture");
      if (found?.description) why.append(make("br"), make("em", "", found.description));
      place.append(make("div", "none", why));
    }
    return place;
  };
  const piece = (part) => {
    if (typeof part === "number") return make("span", "cut", `[… ${part.toLocaleString("en")} characters left out …]`);
    return Array.isArray(part) ? make("mark", "", part[0]) : document.createTextNode(part);
  };
  // A text is a string, what decided is a list of one, a number counts characters left out.
  const length = (parts) => parts.reduce((sum, part) => sum + (typeof part === "number" ? part : [...[part].flat()[0]].length), 0);
  const ends = (parts, from, kept) => {
    const side = from < 0 ? parts.at(-1) : parts[0];
    const all = length(parts);
    if (all <= kept || typeof side !== "string") return all > kept ? [all] : parts;
    const near = from < 0 ? [...side].slice(-kept) : [...side].slice(0, kept);
    return from < 0 ? [all - near.length, near.join("")] : [near.join(""), all - near.length];
  };
  const brief = (parts) => {
    if (length(parts) <= 2 * BRIEF) return parts;
    const mark = parts.findIndex(Array.isArray);
    if (mark < 0) return ends(parts, 1, BRIEF);
    return [...ends(parts.slice(0, mark), -1, BRIEF / 2), parts[mark], ...ends(parts.slice(mark + 1), 1, BRIEF / 2)];
  };
  const answer = (found, whole = true) => {
    const by = make("p", "by", badge(found.kind), " ", make("b", "", make("bdi", "", runs[found.run])));
    if (found.why) by.append(" ", make("span", "soft", make("bdi", "", found.why), found.unsure ? " (not sure)" : ""));
    const made = make("div", `answer ${kinds[found.kind][0]}`, by);
    if (found.said.length) {
      const said = make("div", "said", ...(whole ? found.said : brief(found.said)).map(piece));
      said.dir = "auto";
      made.append(said);
    }
    return made;
  };
  const fill = (card, found) => {
    card.querySelector(".picture").replaceWith(picture(found.picture));
    card.querySelector(".question").textContent = found.question;
    if (found.expected) card.querySelector("h2").append(" ", make("bdi", "tag", `expected: ${found.expected}`));
    const here = found.answers.filter(wanted);
    const whole = here.length <= FEW;
    const place = card.querySelector(".answers");
    place.replaceChildren(...here.map((each) => answer(each, whole)));
    if (!whole && here.some((each) => length(each.said) > 2 * BRIEF)) {
      const more = make("button", "", "Whole answers");
      more.type = "button";
      more.addEventListener("click", () => {
        place.replaceChildren(...here.map((each) => answer(each)));
        place.tabIndex = -1;
        place.focus();
        more.remove();
      });
      place.after(more);
    }
    card.removeAttribute("aria-busy");
  };
  const wanted = (found) => state.run === "" || state.sample !== "" || runs[found.run] === state.run;
  const skeleton = (place) => {
    const [id, question, tags, codes] = samples[place];
    const link = make("a", "mono", make("bdi", "", id));
    link.href = `#${new URLSearchParams({ sample: id })}`;
    const head = make("h2", "", link, ...tags.flatMap((tag) => [" ", make("bdi", "tag", tag)]));
    const asked = make("p", "said question", question || "…");
    asked.dir = "auto";
    const counts = make("p", "ends", ...tally(codes));
    const card = make("article", "card sample", make("div", "picture", make("div", "none", "…")),
      make("div", "", head, asked, ...(runs.length > 1 ? [counts] : []), make("div", "answers")));
    card.dataset.place = place;
    card.setAttribute("aria-busy", "true");
    return card;
  };
  const tally = (codes) => kinds.flatMap(([kind, words], number) => {
    const count = [...codes].filter((code) => code === number.toString(36)).length;
    return count ? [make("span", `count ${kind}`, `${count} ${words}`), " "] : [];
  });
  const watch = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      held(Number(target.dataset.place)).then((found) => fill(target, found), (error) => {
        target.querySelector(".answers").textContent = error.message;
      });
    }
  }, { rootMargin: "300px" });

  // The state stands in the address.
  const read = () => {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) return false;
    const given = new URLSearchParams(hash);
    for (const name of [...FIELDS, "sample"]) state[name] = given.get(name) ?? "";
    state.answers = given.get("answers") === "1";
    state.page = Math.max(1, Number.parseInt(given.get("page") ?? "1", 10) || 1);
    for (const name of FIELDS) form.elements[name].value = state[name];
    form.elements.answers.checked = state.answers;
    return true;
  };
  const write = () => {
    const given = new URLSearchParams();
    for (const name of [...FIELDS, "sample"]) if (state[name]) given.set(name, state[name]);
    if (state.answers) given.set("answers", "1");
    if (state.page > 1) given.set("page", state.page);
    history.replaceState(null, "", `#${given}`);
  };

  // Filtering: at once by the index; the texts of answers once their shards are here.
  const ended = (codes) => {
    if (!state.kind) return true;
    if (state.kind === "different") return new Set(codes.replaceAll("-", "")).size > 1;
    const code = kinds.findIndex(([kind]) => kind === state.kind).toString(36);
    const run = runs.indexOf(state.run);
    return run >= 0 ? codes[run] === code : codes.includes(code);
  };
  const said = (found) => found.answers.filter(wanted)
    .map((each) => each.why + each.said.map((part) => (Array.isArray(part) ? part[0] : part)).join(""));
  const everyShard = async (mine) => {
    let done = 0;
    const numbers = [...Array(shards).keys()];
    const work = async () => {
      for (let number = numbers.shift(); number !== undefined && mine === turn; number = numbers.shift()) {
        await shard(number);
        done += 1;
        if (mine === turn) told.textContent = `reading answers: ${done} of ${shards} files`;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  };
  const matching = async (mine) => {
    const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
    const whole = words.length > 0 && state.answers;
    if (whole) await everyShard(mine);
    const found = [];
    for (let place = 0; place < samples.length; place += 1) {
      const [id, question, tags, codes] = samples[place];
      if (state.sample ? id !== state.sample : !ended(codes) || (state.group && !tags.includes(state.group))) continue;
      if (!state.sample && state.run && codes[runs.indexOf(state.run)] === "-") continue;
      if (!state.sample && words.length) {
        const text = [id, question, ...tags, ...(whole ? said(await held(place)) : [])].join("\n").toLowerCase();
        if (!words.every((word) => text.includes(word))) continue;
      }
      found.push(place);
    }
    return found;
  };
  const show = async () => {
    if (fold && !fold.open) return;
    turn += 1;
    const mine = turn;
    let found;
    try {
      found = await matching(mine);
    } catch (error) {
      if (mine !== turn) return;
      turn += 1; // the other readers stop, and leave the word to this error
      told.textContent = error.message;
      return;
    }
    if (mine !== turn) return;
    const last = Math.max(1, Math.ceil(found.length / PER_PAGE));
    state.page = Math.min(state.page, last);
    const here = found.slice((state.page - 1) * PER_PAGE, state.page * PER_PAGE).map(skeleton);
    watch.disconnect();
    cards.replaceChildren(...here);
    here.forEach((card) => watch.observe(card));
    told.textContent = found.length < samples.length ? `${found.length} of ${samples.length} samples` : `${samples.length} samples`;
    pages.hidden = last === 1;
    pages.querySelector("span").textContent = `Page ${state.page} of ${last}`;
    pages.querySelector("[name=back]").disabled = state.page === 1;
    pages.querySelector("[name=on]").disabled = state.page === last;
  };
  const changed = () => {
    for (const name of FIELDS) state[name] = form.elements[name].value;
    Object.assign(state, { answers: form.elements.answers.checked, sample: "", page: 1 });
    write();
    show();
  };
  const leaf = (step) => {
    state.page += step;
    write();
    show();
    form.scrollIntoView();
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  pages.querySelector("[name=back]").addEventListener("click", () => leaf(-1));
  pages.querySelector("[name=on]").addEventListener("click", () => leaf(1));
  fold?.addEventListener("toggle", show);
  addEventListener("hashchange", () => { if (read()) show(); });
  read();
  show();
});
