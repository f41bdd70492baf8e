/* Finding a place by its Thai or English name, as people write it. */
"use strict";

const Search = (() => {
  // What many call a place that has another name.
  const ALIASES = { "โคราช": "นครราชสีมา", korat: "nakhonratchasima", khorat: "nakhonratchasima", "กทม": "กรุงเทพมหานคร", bkk: "bangkok", krungthep: "bangkok", "แปดริ้ว": "ฉะเชิงเทรา", ayutthaya: "phranakhonsiayutthaya" };

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
    return bare.replaceAll("uea", "ua").replaceAll("ue", "u").replace(/([pkt])h/g, "$1").replaceAll("ck", "k").replace(/(.)\1/g, "$1");
  }

  /* An index over places {names: [th, en], ...}: gives those whose name holds the words, names that begin with them first. */
  function index(places) {
    const entries = places.map((place) => ({ place, th: thai(place.names[0]), en: english(place.names[1]), more: (place.within || ["", ""]) }));
    return (query, most) => {
      const isThai = /[\u0e00-\u0e7f]/.test(query);
      if (!isThai && /^\d{2}(\d{2})?$/.test(query.trim())) return places.filter((place) => place.code === query.trim());
      const plain = isThai ? thai(query) : english(query);
      const wanted = (isThai && ALIASES[plain]) || plain;
      if (!wanted) return [];
      const name = isThai ? "th" : "en";
      const normal = isThai ? thai : english;
      const scored = [];
      entries.forEach((entry, order) => {
        const at = entry[name].indexOf(wanted);
        const with_province = normal(entry.more[isThai ? 0 : 1]);
        const both = at < 0 && with_province && [entry[name] + with_province, with_province + entry[name]].some((whole) => whole.includes(wanted)) && !with_province.includes(wanted);
        if (at >= 0) scored.push([entry[name] === wanted ? 0 : at === 0 ? 1 : 2, order, entry.place]);
        else if (both) scored.push([1, order, entry.place]);
      });
      return scored.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, most).map(([, , place]) => place);
    };
  }

  return { index };
})();
