using System.Text.RegularExpressions;

namespace Stiefel.Server.Tests.Admin;

/// <summary>Reads a file of http/: requests in the order in which a person would send them, each with the expected status.</summary>
internal static partial class HttpFile
{
    /// <param name="path">The file.</param>
    /// <param name="variables">Values by name; they override those that the file sets.</param>
    public static IReadOnlyList<(string Title, HttpRequestMessage Request, int Expected)> Read(string path, IReadOnlyDictionary<string, string> variables)
    {
        var text = File.ReadAllText(path);
        var all = Variable().Matches(text).ToDictionary(found => found.Groups[1].Value, found => found.Groups[2].Value);
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        return [.. text.Split("\n### ").Skip(1).Select(block => Parse(Use().Replace(block, found => all[found.Groups[1].Value])))];
    }

    private static (string Title, HttpRequestMessage Request, int Expected) Parse(string block)
    {
        var lines = block.Split('\n');
        var expected = int.Parse(lines[1]["# expect ".Length..]);
        var (method, target) = lines[2].Split(' ') is [var verb, var uri] ? (verb, uri) : throw new FormatException(block);
        var headers = lines.Skip(3).TakeWhile(line => line.Length > 0).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var body = string.Join('\n', lines.Skip(4 + headers.Count)).Trim();
        var request = new HttpRequestMessage(new HttpMethod(method), target);
        if (headers.Remove("Content-Type", out var type))
        {
            request.Content = new StringContent(body, System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return (lines[0], request, expected);
    }

    [GeneratedRegex(@"^@(\w+) = (.*)$", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Use();
}
