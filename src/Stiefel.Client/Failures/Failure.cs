using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Failures;

/// <summary>Explains an exception to the person at the desktop.</summary>
internal static class Failure
{
    /// <summary>One line: what, where, what to do. Control characters are replaced, because .NET's messages may quote a stranger's answer.</summary>
    public static string Describe(Exception problem) => PrintableText.Of(Explain(problem));

    /// <summary>The explanation with the matching exit code.</summary>
    public static VerbException AsVerbException(Exception problem) =>
        new((problem as VerbException)?.ExitCode ?? ExitCode.Failed, Describe(problem), problem);

    private static string Explain(Exception problem) => problem switch
    {
        RefusalException => $"the laptop refuses: {problem.Message}",
        HandshakeException => $"{problem.Message}: has this stick's key been revoked or replaced on the laptop?",
        EnvelopeException => $"what arrived is not what the laptop sent: {problem.Message}",
        HttpRequestException { InnerException: ServerException inner } => inner.Message,
        HttpRequestException or HttpIOException => $"the connection to the laptop broke: {problem.Message}",
        OperationCanceledException => "stopped",
        TypeInitializationException { InnerException: { } inner } => Explain(inner),
        _ => problem.Message,
    };
}

/// <summary>The laptop, or a machine in its place, does not answer as it should; the message is for the person at the desktop.</summary>
internal sealed class ServerException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The person at the console pressed Ctrl-C at a question.</summary>
internal sealed class StoppedException() : Exception("stopped at the console");
