using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Rescue;

/// <summary>The running system, as far as `attach` changes it; tests replace it.</summary>
internal interface IAttachingSystem
{
    /// <summary>The number of a network block device that nobody uses.</summary>
    int FindFreeDevice();

    /// <summary>Keeps other programs from touching the device by themselves; called before the device exists.</summary>
    void KeepOthersAway(int index);

    /// <summary>Lets other programs touch the device again.</summary>
    void LetOthersIn(int index);

    /// <summary>Starts the agent, and returns once the disk is there.</summary>
    /// <exception cref="Stiefel.CommandLine.FailedException">The agent ended before that; it has said why.</exception>
    Task AttachAsync(int index, string interfaceName, AttachSession session, CancellationToken token);

    /// <summary>True if the kernel refuses writes to the device.</summary>
    bool IsReadOnly(int index);

    /// <summary>Detaches the disk again.</summary>
    void Abandon(int index);
}
