"""The published figures that defaults rest on, by the letter and number under which settings name them."""

import re

from feedsim.listing import NO_FIGURE

PUBLISHED = {
    "A01": "a tenth of people write 80 % of all tweets (Wojcik and Hughes, Pew Research Center 2019)",
    "A08": "3 % of people make 52 % of interactions on the largest pages (Hindman, Lubin and Davis 2022)",
    "B02": "of some 1,500 stories a day that a person could see, about 300 are shown (Facebook 2013)",
    "B04": "half of a tweet's impressions come within 80 minutes (Pfeffer, Matter and Sargsyan 2023)",
    "C01": "followers fall off with an exponent of 2.276 (Kwak, Lee, Park and Moon 2010)",
    "C07": "half of a feed is from outside the network, at 0.75 of its score (Twitter 2023)",
    "E01": "false news is 70 % more likely to be reshared (Vosoughi, Roy and Aral 2018)",
    "E07": "false news is more novel (Vosoughi, Roy and Aral 2018)",
    "F01": "engagement rises as posts come near the line of what is allowed (Zuckerberg 2018)",
    "F03": "20 % more reshares for each moral-emotional word (Brady and others 2017)",
    "F04": "67 % higher odds of a reshare for each word about the other side (Rathje and others 2021)",
    "G13": "95 times of 100 nobody looked behind the warning (Facebook 2020)",
    "H24": "fewer hostile posts made people about 2 points of 100 warmer (Piccardi and others 2025)",
    "H25": "an angry face counted for 4 likes in 2018 and for none in 2020 (Washington Post 2021)",
    "I01": "10 % less sharing of false headlines after a prompt, in 20 experiments (Pennycook and Rand 2022)",
    "I02": "4.9 % less in the field (Offer-Westort, Rosenzweig and Athey 2024)",
    "I03": "a third more articles opened before they were reshared (Twitter 2020)",
    "I04": "of 100 posts asked about 9 were dropped and 8 made milder (Katsaros, Yang and Fratamico 2022)",
    "I06": "27.6 % less belief and 24.7 % less sharing; 12.9 and 16.7 % where trust is least (Martel and Rand 2024)",
    "I07": "46 % fewer reposts, 44 % fewer likes, 22 % fewer replies after a note (Slaughter and others 2025)",
    "I11": "7.1 % of notes were shown, and late ones hardly did anything (DDIA 2025; Slaughter and others 2025)",
    "I16": "three strikes within 90 days end a channel (YouTube 2019)",
    "J01": "up to twice as many posts in one dialect called offensive (Sap and others 2019)",
    "J03": "18 % of labels of hate were unanimous (computed from Davidson and others 2017)",
}
CODE = re.compile(r"\b[A-Z]\d\d\b")


def explained(description: str) -> str:
    """What a setting means, then what its default rests on: a published figure, or that there is none."""
    said = " ".join(description.split()).replace("(assumption)", f"({NO_FIGURE})")
    figures = [PUBLISHED[code] for code in dict.fromkeys(CODE.findall(said)) if code in PUBLISHED]
    return f"{said}. Published: {'; '.join(figures)}." if figures else said
