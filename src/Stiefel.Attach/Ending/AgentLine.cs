using System.Net.Sockets;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Ending;

/// <summary>Asks the agent. Only root can reach its socket.</summary>
/// <param name="path">The agent's socket.</param>
internal sealed class AgentLine(string path)
{
    /// <summary>Asks for the state, or, once nothing uses the disk, has the agent say goodbye. Asking for the goodbye again returns its progress.</summary>
    internal AgentWord Ask(AgentQuestion question)
    {
        try
        {
            return AgentWord.Parse(LocalQuestion.Ask(path, (byte)question, AgentWord.MaxBytes));
        }
        catch (SocketException exception)
        {
            return new AgentWord(AgentState.Lost, $"the agent does not answer: {exception.Message}");
        }
    }
}
