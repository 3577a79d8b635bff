namespace Stiefel.Protocol.Discovery;

/// <summary>What keeps a laptop that runs its own system from being called at this moment (docs/protocol.md#what-the-laptop-does). A client shows the text of an unknown one.</summary>
public enum LaptopStage : byte
{
    /// <summary>Its users are warned. Everything is closed after the seconds that are left, unless one of them refuses.</summary>
    Countdown = 1,

    /// <summary>It closes everything, and comes back to serve.</summary>
    Leaving = 2,

    /// <summary>It stays while a program inhibits its shutdown; the text says which.</summary>
    HeldByProgram = 3,

    /// <summary>It stays until it has the power that its owner demands; the text says what it has.</summary>
    WaitsForPower = 4,

    /// <summary>A person at the laptop refused. It hears no call for the seconds that are left.</summary>
    NotNow = 5,
}
