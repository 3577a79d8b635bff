using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Rescue;

/// <summary>The running system, as far as `detach` asks and changes it; tests replace it.</summary>
internal interface IDetachingSystem
{
    /// <summary>Lists what uses the device, a line for each.</summary>
    IReadOnlyList<string> UsersOf(string device);

    /// <summary>Claims the device exclusively, so that nothing can begin to use it; null if something uses it already.</summary>
    /// <param name="device">The kernel's name.</param>
    /// <param name="flush">True to write back what is cached, which waits for a laptop that is away.</param>
    IDisposable? TryClaim(string device, bool flush);

    /// <summary>Asks the agent; null if it is gone.</summary>
    AgentWord? Ask(AgentQuestion question);

    /// <summary>Disconnects a device whose agent is gone.</summary>
    void Disconnect(string device);

    /// <summary>Removes the rule and the record.</summary>
    void Forget(string device);
}
