using System.Net.Sockets;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Rescue;

/// <summary>This system.</summary>
/// <param name="state">The record of what is attached.</param>
internal sealed class DetachingSystem(AttachState state) : IDetachingSystem
{
    public IReadOnlyList<string> UsersOf(string device) => DiskUsers.Of(device);

    public IDisposable? TryClaim(string device, bool flush)
    {
        var claim = DiskClaim.TryTake($"/dev/{device}");
        if (flush)
        {
            claim?.Flush();
        }

        return claim;
    }

    public AgentWord? Ask(AgentQuestion question)
    {
        try
        {
            return AgentWord.Parse(LocalQuestion.Ask(AttachOrder.SocketIn(state.Directory), (byte)question, AgentWord.MaxBytes));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public void Disconnect(string device)
    {
        if (NbdDevices.IndexOf(device) is { } index)
        {
            NbdDevices.Disconnect(index);
        }
    }

    public void Forget(string device)
    {
        new UdevRule(device).Remove();
        state.End();
    }
}
