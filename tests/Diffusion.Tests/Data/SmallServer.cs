using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Diffusion.Tests.Data;

/// <summary>A web server on this machine that answers every request by a function of the path, and closes the connection.</summary>
internal sealed class SmallServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, Answer> _answer;
    private readonly Task _work;
    private readonly List<string> _requests = [];

    public SmallServer(Func<string, Answer> answer)
    {
        _answer = answer;
        _listener.Start();
        _work = Task.Run(Serve);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/data/");

    /// <summary>The names that were asked for, in order.</summary>
    public string[] Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public void Dispose()
    {
        _listener.Stop();
        _work.Wait();
        _listener.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                using var client = _listener.AcceptTcpClient();
                using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                string name = reader.ReadLine()!.Split(' ')[1].Split('/')[^1];
                while (reader.ReadLine() is { Length: > 0 })
                {
                }

                lock (_requests)
                    _requests.Add(name);
                var (status, bytes, announced) = _answer(name);
                string length = announced < 0 ? "" : $"Content-Length: {announced}\r\n";
                stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{length}Connection: close\r\n\r\n"));
                stream.Write(bytes);
            }
            catch (IOException)
            {
                // The client has seen enough.
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                // The listener has stopped.
                return;
            }
        }
    }

    /// <param name="Status">The status line.</param>
    /// <param name="Bytes">What is sent.</param>
    /// <param name="Announced">The length that is announced; -1 for none.</param>
    internal readonly record struct Answer(string Status, byte[] Bytes, int Announced)
    {
        public static Answer Ok(byte[] bytes) => new("200 OK", bytes, bytes.Length);
    }
}
