namespace Stiefel.Protocol.Notices;

/// <summary>What a desktop does about a notice, besides writing it into its kernel's log. A kind that it does not know is one for the log.</summary>
public enum NoticeKind : byte
{
    /// <summary>For the log.</summary>
    Information = 1,

    /// <summary>Its terminals show it as well: somebody must do something.</summary>
    Warning = 2,

    /// <summary>Its system is asked to switch itself off, in good order.</summary>
    PowerOff = 3,
}
