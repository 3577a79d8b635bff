namespace Stiefel.Server.Screen;

/// <summary>An action that a person can ask for at the laptop's keyboard.</summary>
internal enum ScreenWish
{
    /// <summary>No action.</summary>
    None,

    /// <summary>Ends the session of the desktop that has the disk.</summary>
    EndSession,

    /// <summary>Returns to the laptop's own system.</summary>
    Return,

    /// <summary>Switches the laptop off.</summary>
    PowerOff,

    /// <summary>Silences the beeps, or ends the silence.</summary>
    Silence,
}
