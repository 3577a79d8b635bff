using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Verbs;

/// <summary>Turns expected exceptions of commands into messages and exit codes.</summary>
internal static class Failure
{
    /// <summary>The lines to print and the exit code; null for a defect of this program.</summary>
    public static VerbException? AsVerbException(Exception problem) => problem switch
    {
        VerbException known => known,
        KeyFileException { Problem: KeyFileProblem.Unsafe } => new RefusedException(problem.Message),
        UntrustedFileException => new RefusedException(problem.Message),
        KeyFileException => new UsageException(problem.Message),
        IOException or UnauthorizedAccessException => new FailedException(problem.Message, problem),
        OperationCanceledException => new FailedException("stopped", problem),
        _ => null,
    };
}
