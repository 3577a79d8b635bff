using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Rescue;

/// <summary>The running system, as far as `detach` asks and changes it; tests replace it.</summary>
internal interface IDetachingSystem
{
    /// <summary>What uses the device, one line for each.</summary>
    IReadOnlyList<string> UsersOf(string device);

    /// <summary>Claims the device exclusively, so that nobody can begin to use it; null if something uses it after all.</summary>
    /// <param name="device">The kernel's name.</param>
    /// <param name="flush">True to write back what is cached, which waits for a laptop that is away.</param>
    IDisposable? TryClaim(string device, bool flush);

    /// <summary>Asks the agent; null if there is none any more.</summary>
    AgentWord? Ask(AgentQuestion question);

    /// <summary>Disconnects a device whose agent is gone.</summary>
    void Disconnect(string device);

    /// <summary>Takes the rule and all traces away.</summary>
    void Forget(string device);
}
