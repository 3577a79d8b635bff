using Stiefel.Client.Rescue;
using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Tests.Rescue;

/// <summary>A running system that only notes what is done to it.</summary>
internal sealed class ScriptedSystem : IAttachingSystem
{
    /// <summary>What was done, in order.</summary>
    public List<string> Done { get; } = [];

    /// <summary>The session that the agent was given.</summary>
    public AttachSession? Session { get; private set; }

    /// <summary>Thrown instead of attaching.</summary>
    public Exception? Failure { get; init; }

    /// <summary>What the kernel says of the device.</summary>
    public bool KernelRefusesWrites { get; init; } = true;

    public int FindFreeDevice() => 3;

    public void KeepOthersAway(int index) => Done.Add($"rule for nbd{index}");

    public void LetOthersIn(int index) => Done.Add($"no rule for nbd{index}");

    public Task AttachAsync(int index, string interfaceName, AttachSession session, CancellationToken token)
    {
        Done.Add($"nbd{index} by {interfaceName}");
        Session = session;
        return Failure is null ? Task.CompletedTask : Task.FromException(Failure);
    }

    public bool IsReadOnly(int index) => KernelRefusesWrites;

    public void Abandon(int index) => Done.Add($"nbd{index} abandoned");
}
