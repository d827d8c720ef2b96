"""Passwords that everybody tries first, of those that are long enough for us, and words that say where one is."""

OURS = ("textbook", "console", "booking", "bookings", "appointment", "password", "admin", "administrator", "operator")
"""What is tried on this house before any other."""
_WORDS = """
1234567890 0123456789 12345678910 123456789a 1234567891 0987654321 1111111111 0000000000 1231231231 1212121212
123123123123 1234512345 123456789q 123456123456 11223344556677 1029384756 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc
qwertyuiop qwerty12345 qwerty123456 qwertyuiop1 qwerty1234 qazwsxedc1 qazwsxedcrfv zxcvbnm123 asdfghjkl1 asdfghjkl;
1234qwerasdf q1w2e3r4t5 q1w2e3r4t5y6 qweasdzxc1 abcdefghij abcdefghijk abc1234567 abcd123456 aaaaaaaaaa a123456789
password10 password11 password12 password123 password1234 password12345 password123456 passwordpassword mypassword
mypassword1 password! password1! password123! passw0rd123 p@ssw0rd123 p@ssword123 p@ssw0rd1234 pa$$word123 letmein123
letmeinnow letmein1234 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 iloveyou12 iloveyou123 iloveyou1234
iloveyouu iloveyou! iloveyouso iloveu1234 loveyou123 administrator admin12345 admin123456 admin1234567 adminadmin
adminadmin1 changeme123 changeme1234 changemenow secret1234 secret12345 master1234 superman123 batman12345 football123
baseball123 basketball basketball1 liverpool123 manchester manchester1 princess123 sunshine123 butterfly1 butterflies
chocolate1 strawberry strawberry1 elizabeth1 christopher charlotte1 alexander1 alexandra1 washington california
california1 australia1 skateboard playstation playstation1 nintendo123 minecraft1 minecraft123 pokemon1234 starwars123
spiderman123 computer123 internet123 samsung123 whatever123 trustno1234 dragon12345 monkey12345 shadow12345 michael123
jennifer123 jordan12345 blink182182 metallica1 slipknot666 hellokitty hello12345 hello123456 helloworld helloworld1
test123456 testtest12 testing123 testing1234 temporary1 summer2024 summer2025 summer2026 winter2024 winter2025
winter2026 spring2025 spring2026 autumn2025 autumn2026 january2026 correcthorsebatterystaple thequickbrownfox
opensesame123
"""
COMMON = frozenset(_WORDS.split())


def is_easily_guessed(password: str, names: tuple[str, ...]) -> bool:
    """Whether it is one of these, or hardly more than one of our words or of these names of its owner and the business
    with digits and signs about it."""
    plain = password.casefold().strip()
    bare = "".join(sign for sign in plain if sign.isalpha())
    words = {"".join(sign for sign in name.casefold() if sign.isalpha()) for name in (*OURS, *names)}
    return plain in COMMON or len(set(plain)) < 4 or bool(bare and bare in words)
