namespace Stiefel.Protocol.Notices;

/// <summary>How a desktop reacts to a notice, besides writing it to its kernel's log. An unknown kind is only logged.</summary>
public enum NoticeKind : byte
{
    /// <summary>Only written to the log.</summary>
    Information = 1,

    /// <summary>Shown on the desktop's terminals as well, because a person must act.</summary>
    Warning = 2,

    /// <summary>The desktop's system is asked to shut down cleanly.</summary>
    PowerOff = 3,
}
