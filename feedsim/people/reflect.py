"""What people value on reflection: another function than what they engage with."""

from feedsim.block import Block, NotNegative


class Reflection(Block):
    """Worth of an impression to the person who saw it, in points; 0 is neither here nor there. All assumptions."""

    quality: NotNegative = 1.0
    """per unit of quality over 0.5"""
    interest: NotNegative = 0.2
    """per unit of interest over the mean"""
    novelty: NotNegative = 0.2
    """per unit of novelty over 0.4"""
    severity: NotNegative = 0.8
    """lost per unit of severity x aversion"""
    falsity: NotNegative = 0.3
    """lost to a false story, at discernment 0"""
    hostility: NotNegative = 0.15
    """lost per out-group term"""
