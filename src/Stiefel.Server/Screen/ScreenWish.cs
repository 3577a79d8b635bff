namespace Stiefel.Server.Screen;

/// <summary>What somebody at the laptop's keyboard wants.</summary>
internal enum ScreenWish
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The session of the desktop that has the disk ends.</summary>
    EndSession,

    /// <summary>The laptop returns to its own system.</summary>
    Return,

    /// <summary>The laptop switches itself off.</summary>
    PowerOff,

    /// <summary>The beeps end, or may sound again.</summary>
    Silence,
}
