"""What planners open. Each page is one file that works from a USB stick with the network off.

``country`` builds maps/index.html from tables; ``embedding`` puts scripts, styles, fonts and data into one file.
``templates`` and ``static`` hold HTML, CSS and JavaScript. Not here: any figure that is not in a table already.
"""
