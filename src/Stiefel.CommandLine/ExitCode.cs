namespace Stiefel.CommandLine;

/// <summary>The exit codes of every command.</summary>
public static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
    public const int Refused = 3;
}
