"""The words of the generated catalogue: genres, and for each of them what its films are called and about."""

GENRES = (
    "Adventure",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Romance",
    "Science fiction",
)

ADJECTIVES = (
    "Amber",
    "Borrowed",
    "Broken",
    "Crooked",
    "Distant",
    "Eleventh",
    "Faded",
    "Forgotten",
    "Gentle",
    "Hidden",
    "Hollow",
    "Idle",
    "Last",
    "Lonely",
    "Nameless",
    "Patient",
    "Quiet",
    "Restless",
    "Salted",
    "Second",
    "Silver",
    "Stubborn",
    "Tangled",
    "Unwritten",
    "Wandering",
)

# NOUNS[genre] and PLOTS[genre] follow the order of GENRES
NOUNS = (
    ("Expedition", "Canyon", "Compass", "Caravan", "Summit", "River", "Island", "Horizon", "Voyage", "Trail"),
    ("Wedding Cake", "Parrot", "Landlord", "Orchestra", "Picnic", "Neighbour", "Hat", "Umbrella", "Goose", "Choir"),
    ("Alibi", "Witness", "Ledger", "Heist", "Verdict", "Informer", "Fingerprint", "Ransom", "Detective", "Getaway"),
    ("Glacier", "Archive", "Harvest", "Beehive", "Railway", "Reef", "Workshop", "Migration", "Lagoon", "Bakery"),
    ("Heirloom", "Daughter", "Winter", "Letter", "Farmhouse", "Silence", "Confession", "Village", "Teacher", "Return"),
    ("Dragon", "Sorcerer", "Spellbook", "Crown", "Unicorn", "Kingdom", "Enchantment", "Giant", "Amulet", "Troll"),
    ("Kiss", "Serenade", "Valentine", "Summer", "Heart", "Promise", "Dance", "Bouquet", "Café", "Honeymoon"),
    ("Starship", "Android", "Orbit", "Colony", "Signal", "Galaxy", "Satellite", "Wormhole", "Planet", "Time Machine"),
)  # fmt: skip

PLOTS = (
    (
        "Explorers cross an unmapped jungle in search of a lost city",
        "A mountaineer leads a dangerous climb through storm and ice",
        "Treasure hunters race across the desert with half a map",
        "A crew of sailors survives a shipwreck on a wild coast",
    ),
    (
        "A family dinner goes hilariously wrong when the wrong guests arrive",
        "Two rival bakers keep playing pranks on each other",
        "A clumsy waiter is mistaken for a famous tenor",
        "An office outing turns into a chain of absurd misunderstandings",
    ),
    (
        "A tired detective follows a murder case into the harbour district",
        "Thieves plan one final bank robbery and betray each other",
        "A lawyer finds that the police have hidden the evidence",
        "An undercover officer sinks ever deeper into a smuggling gang",
    ),
    (
        "Scientists record how wildlife returns to an abandoned valley",
        "Interviews and archive footage tell the history of a mining town",
        "A year in the life of the craftsmen who build wooden boats",
        "Researchers follow migrating birds from one pole to the other",
    ),
    (
        "A widow returns to her village and faces an old grief",
        "Two estranged brothers care for their dying father",
        "A young teacher struggles for her pupils in a poor district",
        "A family falls apart after the loss of its farm",
    ),
    (
        "A young witch must break the curse that sleeps under the castle",
        "Elves and dwarves unite against a dragon from the north",
        "A kitchen boy discovers a magic sword and becomes king",
        "A wizard opens the gate to an enchanted forest",
    ),
    (
        "Two strangers fall in love on a night train",
        "Childhood sweethearts meet again at a wedding by the sea",
        "A shy florist writes love letters for her customers",
        "A dancer must choose between her fiancé and her first love",
    ),
    (
        "The crew of a spaceship wakes up near an unknown planet",
        "A robot begins to doubt the orders of its makers",
        "Settlers on Mars receive a signal from an alien civilisation",
        "A physicist travels through time to prevent an accident",
    ),
)
