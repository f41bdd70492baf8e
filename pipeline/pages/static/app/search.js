/* Finding a place by its Thai or English name, as people write it. */
"use strict";

const Search = (() => {
  // Common names of places that have another official name.
  const ALIASES = {
    "โคราช": "นครราชสีมา", korat: "nakhonratchasima", khorat: "nakhonratchasima",
    "กทม": "กรุงเทพมหานคร", bkk: "bangkok", krungthep: "bangkok",
    "แปดริ้ว": "ฉะเชิงเทรา", ayutthaya: "phranakhonsiayutthaya",
  };

  /* Thai without spaces, marks that do not show, and the words for district and province. */
  function thai(text) {
    const bare = text.trim().replace(/^(อ\.|จ\.|เขต)\s*(?=.)/, "").replaceAll(/(กิ่งอำเภอ|อำเภอ|จังหวัด)(?=.)/g, "");
    return bare.replace(/[\s\u200b-\u200d\ufeff.\-–]/g, "").replaceAll("ํา", "ำ").replaceAll("เเ", "แ");
  }

  /* English without spaces and words for district and province; one spelling where romanisations differ: Mueang and
     Muang, Phetchaburi and Petchaburi, Buri Ram and Buriram. */
  function english(text) {
    let bare = text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
    bare = bare.replace(/\b(amphoe|amphur|king|khet|changwat|district|province)\b/g, "").replace(/[^a-z0-9]/g, "");
    bare = ALIASES[bare] || bare;
    bare = bare.replaceAll("uea", "ua").replaceAll("ue", "u").replace(/([pkt])h/g, "$1");
    return bare.replaceAll("ck", "k").replace(/(.)\1/g, "$1");
  }

  /* How well a name fits the words, 0 best; null if it does not fit. */
  function fit(name, province, wanted) {
    const at = name.indexOf(wanted);
    if (at >= 0) return name === wanted ? 0 : at === 0 ? 1 : 2;
    if (!province || province.includes(wanted)) return null;
    return [name + province, province + name].some((whole) => whole.includes(wanted)) ? 1 : null;
  }

  /* An index over places {names: [th, en], code, within}: gives those whose name has the words, names that begin with
     them first. */
  function index(places) {
    const entries = places.map((place) => {
      const [th, en] = place.within || ["", ""];
      return {
        place,
        th: [thai(place.names[0]), thai(th)],
        en: [english(place.names[1]), english(en)],
      };
    });
    return (query, most) => {
      const isThai = /[\u0e00-\u0e7f]/.test(query);
      if (!isThai && /^\d{2}(\d{2})?$/.test(query.trim())) return places.filter(({ code }) => code === query.trim());
      const plain = isThai ? thai(query) : english(query);
      const wanted = (isThai && ALIASES[plain]) || plain;
      if (!wanted) return [];
      const scored = entries.map((entry, order) => ({
        place: entry.place, order, score: fit(...entry[isThai ? "th" : "en"], wanted),
      }));
      const hits = scored.filter(({ score }) => score !== null);
      return hits.sort((a, b) => a.score - b.score || a.order - b.order).slice(0, most).map(({ place }) => place);
    };
  }

  return { index };
})();
