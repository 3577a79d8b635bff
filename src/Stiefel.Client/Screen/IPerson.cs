namespace Stiefel.Client.Screen;

/// <summary>A person at the console, who can be asked.</summary>
internal interface IPerson
{
    /// <summary>Shows one line.</summary>
    void Tell(string line);

    /// <summary>Asks for a secret without showing what is typed; the caller overwrites it after use.</summary>
    /// <param name="question">The question, without a newline.</param>
    /// <param name="limit">The largest number of bytes accepted.</param>
    byte[] AskSecret(string question, int limit);
}
