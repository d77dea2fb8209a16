"""Invented names for the sample company. Every address is at a domain reserved for examples."""

#: Names chosen to be awkward: near duplicates, markup, and people who must not be mailed.
ACME_SAMPLE = "Acme Widgets (sample)"
ACME_WIDGETS = "Acme Widgets"
ACME_DENTAL = "Acme Dental"
MARKUP = "<!channel> & <https://x|y>"
NO_ADDRESS = "Paper & Post Records"
OPTED_OUT = "Quiet Harbor Spa"
NO_EMAIL = "Unplugged Acoustics"
DISABLED = "Closed Curtain Theater"
SPECIAL = (ACME_SAMPLE, ACME_WIDGETS, ACME_DENTAL, MARKUP, NO_ADDRESS, OPTED_OUT, NO_EMAIL, DISABLED)

PLAIN = (
    "Amber Lantern Books",
    "Bluebird Paper Mill",
    "Brass Button Tailors",
    "Café Zürichberg Roasters",
    "Candlewick Insurance",
    "Cedar & Stone Landscaping",
    "Cloverfield Veterinary",
    "Copper Kettle Brewing",
    "Cottonwood Title",
    "Crooked Pine Outfitters",
    "Daybreak Pediatrics",
    "Dovetail Cabinetry",
    "Driftwood Surf School",
    "Evergreen Loop Cycling",
    "Fable & Finch Publishing",
    "Fernhill Pharmacy",
    "Foxglove Florists",
    "Gingham Table Catering",
    "Granite Peak Surveying",
    "Half Moon Yoga",
    "Hazelnut Daycare",
    "Hearthside Realty",
    "Hollow Oak Winery",
    "Hummingbird Hearing",
    "Ironwood Fabrication",
    "Juniper Street Legal",
    "Kestrel Charter Flights",
    "Lakeshore Dental Group",
    "Lakeshore Dental Lab",
    "Larkspur Optics",
    "Lemon Tree Accounting",
    "Lighthouse Logistics",
    "Maple & Main Hardware",
    "Marigold Senior Living",
    "Meadowlark Music Academy",
    "Mossy Creek Farms",
    "Nimbus Roofing",
    "Orchard Lane Bakery",
    "Paperclip Staffing",
    "Pebble Beachcombers' Club",
    "Pinwheel Toys",
    "Plumb Line Architects",
    "Quarry Road Concrete",
    "Redbrick Print Shop",
    "Riverbend Credit Cooperative",
    "Saffron Spice Imports",
    "Silver Birch Chiropractic",
    "Snowberry Ski Rentals",
    "Starling Aviation Parts",
    "Teacup Pet Grooming",
    "Tumbleweed Trucking",
    "Willow Bend Physiotherapy",
)
FIRST = (
    "Ada",
    "Ben",
    "Cleo",
    "Dara",
    "Eli",
    "Fern",
    "Gus",
    "Hana",
    "Ivo",
    "June",
    "Kit",
    "Lena",
    "Milo",
    "Nia",
)
LAST = ("Sample", "Example", "Placeholder", "Specimen", "Testwell", "Mockley", "Demoson", "Fixture", "Stubbs")
STREETS = ("Sample Street", "Example Avenue", "Placeholder Road", "Specimen Lane")
CITIES = (("Sampleton", "NY", "10001"), ("Exampleville", "NJ", "07001"), ("Port Placeholder", "CT", "06001"))
STAFF = ("Robin Sample", "Casey Example", "Morgan Placeholder", "Riley Specimen", "Devon Testwell")

#: name, description, price, cost, taxable
PRODUCTS = (
    (
        "Managed Workstation",
        "Monitoring, patching and help desk, per workstation and month",
        "45.00",
        "18.00",
        True,
    ),
    (
        "Managed Server",
        "Monitoring, patching and backup checks, per server and month",
        "165.00",
        "70.00",
        True,
    ),
    ("Managed Firewall", "Managed firewall with subscription, per month", "95.00", "52.50", True),
    ("Cloud Backup 1 TB", "Off-site backup storage, per terabyte and month", "79.00", "31.20", True),
    ("Email Security", "Spam and phishing filter, per mailbox and month", "4.25", "1.85", True),
    ("Office Suite License", "Mail, documents and meetings, per person and month", "12.50", "10.00", True),
    ("Password Manager", "Per person and month", "3.99", "2.10", True),
    ("Endpoint Protection", "Per device and month", "6.75", "3.40", True),
    ("Remote Support", "Remote labor, per hour", "125.00", "55.00", False),
    ("Onsite Support", "Labor at the customer's site, per hour", "160.00", "75.00", False),
    ("After-hours Support", "Labor at night and at weekends, per hour", "225.00", "110.00", False),
    ("Project Labor", "Planned work, per hour", "145.00", "70.00", False),
    ("Trip Charge", "Travel to the site", "40.00", "15.00", False),
    ("Network Switch 24 Port", "Managed switch", "389.00", "270.00", True),
    ("Wireless Access Point", "Ceiling access point", "189.95", "122.00", True),
    ("Firewall Appliance", "Small office firewall", "749.00", "520.00", True),
    ("Business Laptop", "14 inch, three years of warranty", "1149.00", "960.00", True),
    ("Business Desktop", "Small form factor, three years of warranty", "899.00", "745.00", True),
    ("Monitor 27 Inch", "With height-adjustable stand", "279.00", "205.00", True),
    ("Docking Station", "USB-C, two displays", "189.00", "139.00", True),
    ("Battery Backup", "1500 VA, line interactive", "219.50", "158.00", True),
    ("Cat6 Patch Cable", "Three meters", "7.35", "2.15", True),
    ("SSD 1 TB", "Solid state drive with cloning", "129.00", "74.00", True),
    ("Security Awareness Training", "Per person and year", "24.00", "9.00", True),
    ("Quarterly Business Review", "Included in managed plans", "0.00", "0.00", False),
)

TICKETS = (
    ("Printer offline after update", "In Progress"),
    ("New laptop for front desk", "Waiting for Parts"),
    ("Cannot reach file server", "Resolved"),
    ("Phishing mail reported", "In Progress"),
    ("Wi-Fi drops in meeting room", "Scheduled"),
    ("Mailbox full", "Resolved"),
    ("Firewall replacement", "In Progress"),
    ("Backup failed twice", "New"),
    ("Offboard a leaver", "Resolved"),
    ("Slow line-of-business application", "Customer Reply"),
    ("Move of two desks", "Scheduled"),
    ("Password reset, weekend call", "Resolved"),
    ("Server disk nearly full", "In Progress"),
    ("Phones silent after storm", "Resolved"),
    ("Quarterly maintenance", "New"),
)

#: Whose invoices recur, and how often.
SCHEDULES = (
    (ACME_WIDGETS, "Monthly"),
    ("Lakeshore Dental Group", "Monthly"),
    ("Teacup Pet Grooming", "Quarterly"),
)
